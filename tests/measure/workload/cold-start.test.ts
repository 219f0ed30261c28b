import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FailedSample, ReadySample } from "../../../src/campaign-files/index.js";
import type { SandboxConfig } from "../../../src/measure/cri/grpc/client.js";
import { failureHint } from "../../../src/measure/cri/grpc/known-failures.js";
import type { Workload, WorkloadContainer } from "../../../src/measure/round/driver.js";
import { coldStart } from "../../../src/measure/workload/cold-start.js";
import type { FirstLine } from "../../../src/measure/workload/first-line.js";
import { FakeCri, type Start } from "../campaign/fake-cri.js";
import { VirtualClock } from "../campaign/virtual-clock.js";

const test = suite("a cold start to the container, its first line and its answer");

const container: WorkloadContainer = {
  image: "image",
  pull: false,
  command: [],
  env: {},
  port: 80,
  path: null,
  cpu: null,
  memoryMiB: null,
};
const sandbox: SandboxConfig = {
  name: "a",
  uid: "u",
  namespace: "n",
  handler: "runc",
  labels: {},
  network: "NODE",
};

/** One cold start of a sandbox that answers after 50 ms; a status takes 1 ms. */
async function start(
  workload: Workload,
  script: Partial<Start>,
  line: (clock: VirtualClock) => Promise<FirstLine>,
  logDiskIsFull = () => false,
) {
  const clock = new VirtualClock();
  const cri = new FakeCri(clock, () => ({ ms: 50, ...script }));
  const created = {
    name: "workload",
    image: "image",
    command: [],
    env: {},
    labels: {},
    logPath: "u.log",
    cpu: null,
    memoryBytes: null,
  };
  const from = { atNs: clock.nowNs(), epochMs: 1_000_000 };
  const cold = { sandbox, client: 1, workload, container: created, firstLine: line(clock), logDiskIsFull, port: 80 };
  const { sample, containerId } = await coldStart({ cri, clock }, cold, from, 1_000, new AbortController().signal);
  return { sample, containerId, cri, clock };
}

const never = () => new Promise<never>(() => {});
/** A line that is stamped, and seen, so many milliseconds after the release. */
const lineAfter = (ms: number) => async (clock: VirtualClock) => {
  await clock.sleep(ms);
  return { stampEpochMs: 1_000_000 + ms, ownEpochMs: 1_000_000 + ms - 0.25, text: "started" };
};

test("the time of every milestone is kept, for each end", async () => {
  const script = { container: { createMs: 10, startMs: 40 } };
  const { sample, containerId } = await start({ until: "container", container }, script, never);
  const { answeredMs, readyMs, createdMs, startedMs, until } = sample as ReadySample;
  assert.equal([answeredMs, readyMs, createdMs, startedMs, until], [50, 51, 61, 101, "container"]);
  assert.is(containerId, "id0001-workload");
});

test("a first line ends the cold start at containerd's stamp, even if StartContainer is answered later", async () => {
  const script = { container: { createMs: 10, startMs: 40 } };
  const { sample } = await start({ until: "output", container }, script, lineAfter(90));
  const { startedMs, outputMs, processMs } = sample as ReadySample;
  assert.equal([startedMs, outputMs, processMs], [101, 90, 89.75]);
});

test("nothing waits after the end of a cold start, so the program can exit", async () => {
  const ready = await start({ until: "output", container }, {}, lineAfter(90));
  assert.is(ready.sample.status, "ready");
  assert.is(ready.clock.asleep, 0);
  const exited = await start({ until: "output", container }, { container: { exitCode: 7 } }, never);
  assert.is(exited.sample.status, "failed");
  assert.is(exited.clock.asleep, 0);
});

test("a failure names the stage, keeps the milestones before it, and contains the runtime's message", async () => {
  const failure = async (script: Start["container"]) =>
    (await start({ until: "output", container }, { container: script! }, never)).sample as FailedSample;
  const create = await failure({ createFails: "no such image" });
  assert.equal([create.stage, create.status, create.readyMs, create.createdMs], ["create", "failed", 51, undefined]);
  assert.match(create.message, "no such image");
  const begin = await failure({ startFails: 'exec: "nothing": executable file not found in $PATH' });
  assert.equal([begin.stage, begin.createdMs], ["start", 52]);
  assert.match(begin.message, "executable file not found");
  const exit = await failure({ exitCode: 7 });
  assert.equal([exit.stage, exit.reason, exit.startedMs], ["output", "exited", 53]);
  assert.match(exit.message, "exited with code 7 (Error) before its first line");
  const silent = await failure({});
  assert.equal([silent.stage, silent.status, silent.reason], ["output", "timeout", "no-output"]);
  assert.match(silent.message, "the process runs, but wrote no line within 1000 ms");
  assert.ok(silent.endedMs >= 1_000 && silent.endedMs < 1_060, String(silent.endedMs));
});

test("a line that cannot be written because the log's disk is full is not reported as missing output", async () => {
  const { sample } = await start({ until: "output", container }, {}, never, () => true);
  const { stage, status, message } = sample as FailedSample;
  assert.equal([stage, status], ["output", "timeout"]);
  assert.match(message, "its log could not be written (the disk is full) within 1000 ms");
  assert.match(failureHint(message) ?? "", "--out");
});

test("a sample of an empty sandbox has five values and its status, as before containers", async () => {
  const clock = new VirtualClock();
  const cri = new FakeCri(clock, () => ({ ms: 50 }));
  const from = { atNs: clock.nowNs(), epochMs: 1_000_000 };
  const workload = { until: "sandbox", container: null } as const;
  const cold = {
    sandbox,
    client: 1,
    workload,
    container: null,
    firstLine: never(),
    logDiskIsFull: () => false,
    port: 0,
  };
  const { sample } = await coldStart({ cri, clock }, cold, from, 1_000, new AbortController().signal);
  assert.equal(sample, { status: "ready", client: 1, sandbox: "id0001", sentMs: 0, answeredMs: 50, readyMs: 51 });
  assert.is(cri.containers.size, 0);
});

test.run();
