import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { serviceObstacles } from "../../../src/measure/doctor/index.js";
import { lab } from "../../support/command-line.js";
import { inTempFolder } from "../../support/temp.js";
import { type Manners, unrulyService } from "./unruly-service.js";

const test = suite("obstacles to starts on a service");

const runc = { runtimeType: "io.containerd.runc.v2", options: { SystemdCgroup: false } };
const config = { sandboxImage: "pause:3.8", containerd: { runtimes: { runc } } };

/** Does something with a service's endpoint. */
const onService = <Result>(manners: Manners, work: (endpoint: string, folder: string) => Promise<Result>) =>
  inTempFolder(async folder => {
    const server = await unrulyService(join(folder, "cri.sock"), manners);
    try {
      return await work(server.endpoint, folder);
    } finally {
      server.close();
    }
  });

const obstaclesOf = (manners: Manners, sandboxes = 1) =>
  onService(manners, endpoint => serviceObstacles(endpoint, ["runc"], sandboxes));

test("a service that has the sandbox image has no obstacle", async () => {
  assert.equal(await obstaclesOf({ config, images: ["pause:3.8"] }), []);
});

test("a missing sandbox image is an obstacle, with the command that pulls it", async () => {
  const [why, ...more] = await obstaclesOf({ config });
  assert.equal(more, []);
  assert.match(why ?? "", "sandbox image: pause:3.8 is not in the service's store");
  assert.match(why ?? "", "crictl pull pause:3.8");
});

test("a handler with the systemd driver is an obstacle if systemd is not running", async () => {
  const systemd = { ...runc, options: { SystemdCgroup: true } };
  const found = await obstaclesOf({
    config: { ...config, containerd: { runtimes: { runc: systemd } } },
    images: ["pause:3.8"],
  });
  if (existsSync("/run/systemd/system")) assert.equal(found, []);
  else assert.match(found.join(), "systemd is not running here");
});

test("more sandboxes than the service's own limit on open files allows are an obstacle", async () => {
  const [why] = await obstaclesOf({ config, images: ["pause:3.8"] }, 100_000_000);
  assert.match(why ?? "", /^files of the service: \d+ open of \d+ \(the plan needs about \d+ more: raise LimitNOFILE/);
});

test("a plan names the obstacle and does not fit; the campaign is refused before anything is made", () =>
  onService({ config }, async (endpoint, folder) => {
    const words = ["run", "time", "--runtime", "runc", "--concurrency", "1", "--rounds", "1", "--endpoint", endpoint];
    const plan = JSON.parse((await lab([...words, "--plan", "--json"])).stdout);
    assert.is(plan.fits, false);
    assert.match(plan.why.join(), "pause:3.8 is not in the service's store");
    const refused = await lab([...words, "--out", join(folder, "raw")]);
    assert.is(refused.code, 3);
    assert.match(refused.stderr, "pause:3.8 is not in the service's store");
    assert.not(existsSync(join(folder, "raw")));
  }));

test.run();
