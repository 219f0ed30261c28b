import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { FitEvent } from "../../../src/campaign-files/events.js";
import { type PrivateContainerd, startContainerd } from "../../../src/measure/index.js";
import { childCommand, until } from "../../support/child-command.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft } from "../campaign/real.js";

const tree = "/sys/fs/cgroup";
/** The group that this file makes, limits and moves the service into: gVisor's sandboxes run where the service does. */
const group = `rund-lab-test-limited-${process.pid}`;
const memory = join(tree, "memory", group);
const pids = join(tree, "pids", group);
const groups = {
  name: "control groups v1 for memory and pids",
  here: ["memory", "pids"].every(controller => existsSync(join(tree, controller, "cgroup.procs"))),
  optional: true,
};
const test = suiteNeeding("a ramp in a limited group", needs.root, needs.containerd, needs.runsc, groups);
const gib = 2 ** 30;
let folder: string;
let containerd: PrivateContainerd;
test.before(async () => {
  for (const group of [memory, pids]) mkdirSync(group);
  writeFileSync(join(memory, "memory.limit_in_bytes"), String(gib));
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  containerd = await startContainerd(join(folder, "containerd"));
  for (const group of [memory, pids]) writeFileSync(join(group, "cgroup.procs"), String(containerd.pid));
});
test.after(async () => {
  await containerd.stop();
  rmSync(folder, { recursive: true });
  for (const group of [memory, pids]) {
    await until(() => readFileSync(join(group, "cgroup.procs"), "utf8") === "", `${group} is not empty`);
    rmdirSync(group);
  }
});

const oomKills = () =>
  Number(/oom_kill (\d+)/.exec(readFileSync(join(memory, "memory.oom_control"), "utf8"))?.[1] ?? 0);
const begin = (out: string) => [
  ...["run", "fit", "--runtime", "runsc", "--density", "500", "--step", "10", "--timeout", "60"],
  ...["--out", out, "--endpoint", containerd.endpoint],
];
const campaignIn = (out: string) => join(out, readdirSync(out)[0]!);
const rampIn = (out: string) =>
  readCampaign(campaignIn(out)).events.find((event): event is FitEvent => event.event === "fit")!;

/** Makes sure that a ramp ended by the limit of a group, without an OOM kill, and left nothing. */
async function assertStoppedBy(out: string, group: string, unit: string): Promise<FitEvent> {
  const ramp = rampIn(out);
  assert.is(ramp.rule, "headroom", ramp.why);
  assert.ok(ramp.why.startsWith(`${group}: `) && ramp.why.includes(` ${unit} are used`), ramp.why);
  assert.ok(ramp.steps.every(({ failed }) => failed === 0));
  assert.is(oomKills(), 0);
  await assertNothingLeft(containerd);
  return ramp;
}

test("a limit of 1 GiB ends the ramp by its projection, with a tenth left free", async () => {
  const out = join(folder, "memory");
  mkdirSync(out);
  const child = childCommand(out, begin(out));
  assert.is(await child.ended, 0, child.output());
  const { fits, steps } = await assertStoppedBy(out, memory, "KiB");
  const { used, limit } = steps.at(-1)!.bounds.find(({ name }) => name === memory)!;
  assert.is(limit, gib / 1024);
  assert.ok(used < 0.9 * limit && used > 0.6 * limit, `${used} of ${limit} KiB with ${fits}`);
});

test("a limit of 600 pids ends the ramp, and --resume repeats a ramp that was killed", async () => {
  writeFileSync(join(pids, "pids.max"), "600");
  const out = join(folder, "pids");
  mkdirSync(out);
  const killed = childCommand(out, begin(out));
  await killed.said(/fit runsc/);
  // in the middle: some sandboxes stand, and the ramp has not ended
  await until(() => Number(readFileSync(join(pids, "pids.current"), "utf8")) > 250, "no sandbox stands");
  killed.kill("SIGKILL");
  await killed.ended;
  assert.is(rampIn(out), undefined);
  const resumed = childCommand(out, ["run", "--resume", campaignIn(out)]);
  assert.is(await resumed.ended, 0, resumed.output());
  const { steps } = await assertStoppedBy(out, pids, "pids");
  assert.ok(steps.at(-1)!.bounds.find(({ name }) => name === pids)!.used < 0.9 * 600);
});

test.run();
