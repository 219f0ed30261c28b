import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readBounds } from "../../../src/measure/host/bounds.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("the bounds of a machine");

/** A machine's files, by hand. */
const files: Readonly<Record<string, string>> = {
  "proc/meminfo": "MemTotal: 1000 kB\nMemAvailable: 600 kB\n",
  "proc/loadavg": "0.1 0.2 0.3 2/150 99\n",
  "proc/sys/kernel/pid_max": "32768\n",
  "proc/sys/kernel/threads-max": "9000\n",
  "proc/sys/fs/file-nr": "320\t0\t5000\n",
  "proc/sys/fs/inotify/max_user_instances": "128\n",
  "proc/7/status": `Name:\tengine\nUid:\t${process.getuid!()}\t0\t0\t0\n`,
  "proc/7/cgroup": "4:memory:/lab/engine\n5:pids:/lab/engine\n",
  "sys/fs/cgroup/memory/cgroup.procs": "",
  "sys/fs/cgroup/pids/cgroup.procs": "",
  // none: v1 writes a number near 2^63
  "sys/fs/cgroup/memory/lab/engine/memory.limit_in_bytes": "9223372036854771712\n",
  "sys/fs/cgroup/memory/lab/engine/memory.usage_in_bytes": "4096\n",
  "sys/fs/cgroup/memory/lab/memory.limit_in_bytes": "1048576\n",
  "sys/fs/cgroup/memory/lab/memory.usage_in_bytes": "524288\n",
  "sys/fs/cgroup/memory/lab/memory.stat": "total_inactive_file 24576\n",
  "sys/fs/cgroup/pids/lab/pids.max": "600\n",
  "sys/fs/cgroup/pids/lab/pids.current": "40\n",
  "sys/fs/cgroup/pids/other/pids.max": "max\n",
  "sys/fs/cgroup/pids/other/pids.current": "3\n",
};

test("memory, tasks, open files, inotify instances and the limits of the groups up to the root are read", () =>
  inTempFolder(async root => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    mkdirSync(join(root, "proc/7/fd"));
    symlinkSync("anon_inode:inotify", join(root, "proc/7/fd/3"));
    symlinkSync("anon_inode:inotify", join(root, "proc/7/fd/4"));
    symlinkSync("/dev/null", join(root, "proc/7/fd/5"));
    const found = readBounds([7], ["/other"], root);
    assert.equal(
      found.map(({ name, unit, used, limit }) => [name.replace(root, ""), unit, used, limit]),
      [
        ["memory of the host", "KiB", 400, 1000],
        ["kernel.pid_max", "pids", 150, 32_768],
        ["kernel.threads-max", "pids", 150, 9_000],
        ["fs.file-max", "files", 320, 5_000],
        ["fs.inotify.max_user_instances", "instances", 2, 128],
        // (524,288 − 24,576) / 1,024
        ["/sys/fs/cgroup/memory/lab", "KiB", 488, 1_024],
        ["/sys/fs/cgroup/pids/lab", "pids", 40, 600],
      ],
    );
  }));

test.run();
