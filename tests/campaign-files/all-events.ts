import type {
  ArrivalsEvent,
  CampaignEvent,
  FitEvent,
  MemoryEvent,
  RoundEvent,
} from "../../src/campaign-files/index.js";

const at = "2026-01-31T12:00:00.000Z";
const place = { run: "time_runc_01311200", runtime: "runc", density: 0 };
const ticks = { busy: 60, total: 100, iowait: 1, steal: 2 };
const account = {
  ...{ memAvailableKiB: 9000, cpuListsKiB: 500, slabKiB: 100, pageTablesKiB: 50, kernelStackKiB: 20, percpuKiB: 5 },
  ...{ anonHugePagesKiB: 0, hugetlbKiB: 0 },
};

/** A complete round of two clients, with every field that a round can have. */
export const wholeRound: RoundEvent = {
  ...{ event: "round", at, ...place, block: 1, position: 2, concurrency: 2, round: 1, warmup: false },
  releasedMs: 1_700_000_000_000.25,
  samples: [
    { status: "ready", client: 1, sandbox: "ab", sentMs: 0.1, answeredMs: 80.5, readyMs: 81.25 },
    { status: "ready", client: 2, sandbox: "cd", sentMs: 0.3, answeredMs: 81, readyMs: 90.1 },
  ],
  ...{ makespanMs: 90, startSkewMs: 0.2, serviceSkewMs: 0.3, loopDelayMs: 0.5, clockStepMs: -0.1 },
  cpu: {
    ...{ ...ticks, busyMs: 600, lessIdleMs: 590, lessHarnessMs: 585, harnessMs: 5 },
    ...{ idle: { ...ticks, ms: 500 }, settle: { ...ticks, ms: 1000 } },
  },
  ...{ quiet: { ms: 200, reached: true }, prepare: { ms: 3, exitCode: 0 }, cleanupMs: 30 },
  background: { before: 2, after: 2, topUps: 0 },
  host: {
    ...{ load1: 0.5, memAvailableKiB: 1000, slabKiB: 100, tasks: 90, mounts: 20 },
    pressure: { cpu: 0.1, memory: 0, io: 0.2 },
  },
  ...{ swapIn: 0, memoryStallUs: 0, diskShare: 0.1, removalsMs: [3.5, 4], flags: ["loop-delay"] },
};

/** A snapshot of one sandbox, with every field that a snapshot can have. */
export const wholeSnapshot: MemoryEvent = {
  ...{ event: "memory", at, run: "mem_runc_01311200", runtime: "runc", density: 1, block: 1, position: 3 },
  ...{ memoryMb: 128, guestMemoryMb: 160, sandboxes: 1, attempted: 1, failed: 0 },
  ...{ settle: { ms: 1000, reached: true }, snapshotMs: 12.5 },
  components: [
    {
      ...{ component: "shim", processes: 1, ussKiB: 10, pssKiB: 20, rssKiB: 30, vssKiB: 40 },
      ...{ swapPssKiB: 0, hugetlbKiB: 0 },
    },
  ],
  found: { bySandbox: 1, byPattern: 1, onlyBySandbox: 0, onlyByPattern: 0, vanished: 0, without: 0 },
  enginePssKiB: 40_000,
  hostBefore: account,
  hostAfter: { ...account, memAvailableKiB: 6000, cpuListsKiB: 1500, slabKiB: 160 },
  ...{ kernel: { ksmPagesSharing: 0, transparentHugePages: "madvise" }, cleanupMs: 40 },
};

const { cpu, quiet, host } = wholeRound;
const window = { at, ...place, rate: 2.5, block: 1, round: 1, warmup: false, search: 1 };

/** A window of three arrivals: two are ready and removed, one is refused. */
export const wholeWindow: ArrivalsEvent = {
  ...{ event: "arrivals", ...window, run: "arrivals_runc_01311200", position: 2, durationMs: 1000 },
  ...{ releasedMs: 1_700_000_000_000.25, dueMs: [0.5, 400.25, 800] },
  samples: [
    { status: "ready", client: 1, sandbox: "ab", sentMs: 0.6, answeredMs: 80.5, readyMs: 81.25 },
    { status: "ready", client: 2, sandbox: "cd", sentMs: 400.3, answeredMs: 480, readyMs: 490.1 },
  ],
  refused: [{ client: 3, by: "alive" }],
  removals: [
    { client: 1, dueMs: 581.25, begunMs: 581.5, doneMs: 600, holdCut: false, failure: "no" },
    { client: 2, dueMs: 800.1, begunMs: 800.2, doneMs: 820, holdCut: true, failure: "no" },
  ],
  ...{ cpu, loopDelayMs: 0.5, clockStepMs: -0.1, quiet, cleanupMs: 30, host },
  ...{ swapIn: 0, memoryStallUs: 0, diskShare: 0.1, flags: ["late"] },
};

/** A ramp of one step. */
export const wholeRamp: FitEvent = {
  ...{ event: "fit", at, ...place, run: "fit_runc_01311200", density: 10, block: 1, position: 1, round: 1 },
  ...{ fits: 10, rule: "asked", why: "10 were asked for", hostBefore: account },
  boundsBefore: [{ name: "memory of the host", unit: "KiB", used: 1000, limit: 9000 }],
  idleBefore: { busy: 1, total: 200, ms: 1000.5 },
  steps: [
    {
      ...{ density: 10, added: 10, failed: 0, latencyP50Ms: 80.5, latencyP99Ms: 90.5, pssKiB: 5000, host: account },
      bounds: [{ name: "kernel.pid_max", unit: "pids", used: 120, limit: 32_768 }],
      ...{ memoryPressure: 0.5, swapIn: 0, idle: { busy: 2, total: 200, ms: 1000.5 }, ms: 1500.5 },
    },
  ],
  cleanupMs: 40,
};

/** One event of every name, each with every field. */
export const allEvents: readonly CampaignEvent[] = [
  { event: "session", at, resumed: false, pid: 77, bootId: "b0", leftovers: 0, foreign: 1 },
  {
    ...{ event: "slot", at, ...place, experiment: "density", block: 1, position: 2, concurrency: 2 },
    memoryMb: 128,
  } as CampaignEvent,
  { event: "prewarm", at, ...place, ms: 107.1, failure: "no" },
  { event: "background", at, ...place, started: 2, failed: 0, ready: 2, ms: 300.5, topUp: false },
  wholeRound,
  wholeSnapshot,
  {
    ...{ event: "operations", at, run: "cgroups_created_01311200", runtime: "created", density: 0, concurrency: 2 },
    ...{ block: 1, position: 1, round: 1, warmup: false, items: 2 },
    phases: [
      {
        ...{ phase: "make", operation: "mkdir", totalMs: 3.5, us: [1200.5, 1300] },
        disk: { reads: 0, writes: 1, readBytes: 0, writtenBytes: 4096 },
      },
    ],
    ...{ harness: { totalMs: 0.1, medianUs: 4 }, cpu: ticks, idle: { ...ticks, ms: 500 } },
    ...{ quiet: { ms: 200, reached: true }, host: wholeRound.host, flags: ["not-quiet"] },
  } as CampaignEvent,
  {
    ...{ event: "io", at, run: "io_runc_01311200", runtime: "runc", density: 0, concurrency: 1 },
    ...{ block: 1, position: 1, round: 1, warmup: false, jobMs: 2000, fileMiB: 64 },
    jobs: [
      {
        ...{ client: 1, pattern: "randread", blockBytes: 4096, direct: true, error: 0 },
        ...{ iops: 1234.5, bytesPerSecond: 5_056_512, latencyP50Us: 700.5, latencyP99Us: 2000.5 },
      },
    ],
    ...{ cpu: ticks, quiet: { ms: 200, reached: true }, host: wholeRound.host, flags: ["not-quiet"] },
  } as CampaignEvent,
  {
    ...{ event: "schedule", ...window, run: "arrivals_runc_01311200", arrivals: "poisson", seed: "1 poisson 2.5 1" },
    ...{ durationMs: 1000, schedule: [[0.5, 500]], limits: { inFlight: 10, alive: 20 }, sendable: 900 },
  } as CampaignEvent,
  wholeWindow,
  {
    ...{ event: "search", at, ...place, run: "arrivals_runc_01311200", block: 1, round: 1, slo: "p99:2s" },
    ...{ resolution: 10, rates: [{ rate: 2.5, windows: 1, held: true }] },
  },
  wholeRamp,
  { event: "cleanup", at, removed: 2, ms: 30.5 },
  { event: "end", at, status: "complete", why: "done" },
];

/** Other types that fields of an event may have: what is null where it is unknown, and failed cold starts. */
export const othersAllowed: readonly object[] = [
  { event: "slot", concurrency: null, memoryMb: null },
  { event: "prewarm", failure: null },
  { event: "end", why: null },
  { event: "operations", host: { pressure: null } },
  { event: "io", host: { pressure: null } },
  { event: "schedule", rate: null },
  { event: "search", rates: [{ held: "undecided" }] },
  { event: "arrivals", rate: null, host: { pressure: null }, removals: [{ failure: null }] },
  { event: "fit", steps: [{ latencyP50Ms: null, latencyP99Ms: null, memoryPressure: null }] },
  {
    event: "memory",
    guestMemoryMb: null,
    enginePssKiB: null,
    kernel: { ksmPagesSharing: null, transparentHugePages: null },
  },
  {
    ...{ event: "round", makespanMs: null, serviceSkewMs: null, prepare: null, background: null },
    host: { pressure: null },
    samples: [
      {
        ...{ status: "timeout", client: 1, sandbox: null, sentMs: 0, endedMs: 1, reason: "timeout", message: "no" },
        stage: "sandbox",
      },
      {
        ...{ until: "output", node: "n", scheduledMs: 1, podReadyMs: 1, outputSeenMs: 1, clusterTimes: { a: "" } },
        ...{ answeredMs: 1, readyMs: 1, status: "ready" },
      },
      {
        ...{ until: "output", pulledMs: 1, createdMs: 1, startedMs: 1, outputMs: 1, processMs: 1, respondedMs: 1 },
        ...{ refusedMs: 1, marks: { sandboxTask: 1, sandboxRecord: 1 }, marksMissing: ["sandboxStart"] },
      },
    ],
  },
];
