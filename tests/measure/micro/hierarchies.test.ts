import { suite } from "uvu";
import * as assert from "uvu/assert";
import { possibleVariants } from "../../../src/measure/micro/cgroup-variants.js";
import { hierarchiesIn } from "../../../src/measure/micro/hierarchies.js";

const test = suite("hierarchies of control groups");

const ids = (mountinfo: string) => possibleVariants(hierarchiesIn(mountinfo)).map(({ id }) => id);

/** As kernels write it, with optional fields before the dash. */
const hybrid = [
  "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/root rw",
  "32 31 0:29 / /sys/fs/cgroup/cpu rw,nosuid shared:9 - cgroup cgroup rw,cpu",
  "35 31 0:32 / /sys/fs/cgroup/memory rw,nosuid shared:10 - cgroup cgroup rw,memory",
  "40 31 0:37 / /sys/fs/cgroup/systemd rw shared:11 - cgroup cgroup rw,xattr,release_agent=/lib/agent,name=systemd",
  "41 31 0:38 / /sys/fs/cgroup/unified rw shared:12 - cgroup2 cgroup2 rw",
].join("\n");

test("a hybrid host has v1's controllers and v2, and systemd's hierarchy without a controller is left out", () => {
  assert.equal(
    hierarchiesIn(hybrid).map(({ version, controllers, folder }) => [version, controllers.join(), folder]),
    [
      [1, "cpu", "/sys/fs/cgroup/cpu"],
      [1, "memory", "/sys/fs/cgroup/memory"],
      [2, "", "/sys/fs/cgroup/unified"],
    ],
  );
  assert.equal(ids(hybrid), ["v1", "v1pool", "v2"]);
});

test("a host with v2 alone has no pool: v2 has no rename", () => {
  assert.equal(ids("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"), ["v2"]);
});

test("a joint hierarchy is the one with the most controllers", () => {
  const mounted = hierarchiesIn(
    [
      "1 0 0:1 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
      "2 0 0:2 / /mnt/all\\040in\\040one rw - cgroup cgroup rw,memory,pids,devices",
    ].join("\n"),
  );
  const joint = possibleVariants(mounted).find(({ id }) => id === "joint");
  assert.equal(
    joint?.hierarchies(mounted).map(({ folder }) => folder),
    ["/mnt/all in one"],
  );
});

test("a hierarchy that is mounted twice is listed once, and a read-only mount is marked", () => {
  const found = hierarchiesIn(
    [
      "1 0 0:1 / /sys/fs/cgroup/pids ro,nosuid - cgroup cgroup rw,pids",
      "2 0 0:1 / /mnt/pids rw - cgroup cgroup rw,pids",
    ].join("\n"),
  );
  assert.equal(
    found.map(({ folder, readOnly }) => [folder, readOnly]),
    [["/sys/fs/cgroup/pids", true]],
  );
});

test("a host without control groups has no variant", () => assert.equal(ids(""), []));

test.run();
