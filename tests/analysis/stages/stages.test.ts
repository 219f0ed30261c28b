import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  besideNode,
  clusterShares,
  latencyCsv,
  latencyTable,
  removalTable,
  sandboxAgreement,
  stagesOf,
  stageTable,
  traceOf,
} from "../../../src/analysis/stages/index.js";
import { random } from "../../../src/analysis/stats/index.js";
import type { FailedSample, ReadySample, RoundEvent } from "../../../src/campaign-files/index.js";

const test = suite("the stages of a cold start");

const plain = { status: "ready", client: 1, sandbox: "ab", sentMs: 0.5, answeredMs: 50, readyMs: 52.25 } as const;
const served: ReadySample = {
  ...plain,
  until: "response",
  createdMs: 60,
  startedMs: 110.125,
  outputMs: 109,
  respondedMs: 113.007,
  marks: { sandboxSnapshot: 3, sandboxRecord: 4, sandboxTask: 45, sandboxStart: 49 },
};
const total = (sample: ReadySample) =>
  stagesOf(sample).reduce((sum, { fromMs, toMs }) => sum + Math.round(toMs * 1000) - Math.round(fromMs * 1000), 0);

test("without events there are two stages: the sandbox, and READY seen", () => {
  assert.equal(stagesOf(plain), [
    { name: "sandbox", fromMs: 0.5, toMs: 50 },
    { name: "READY seen", fromMs: 50, toMs: 52.25 },
  ]);
});

test("events split a stage; without them it remains one stage with its own name", () => {
  assert.equal(
    stagesOf(served).map(({ name, fromMs, toMs }) => [name, fromMs, toMs]),
    [
      ["sandbox snapshot", 0.5, 3],
      ["sandbox record", 3, 4],
      ["shim and sandbox create", 4, 45],
      ["sandbox start", 45, 49],
      ["sandbox answer", 49, 50],
      ["READY seen", 50, 52.25],
      ["container created", 52.25, 60],
      ["container start and first line", 60, 109],
      ["start answer", 109, 110.125],
      ["response", 110.125, 113.007],
    ],
  );
});

test("stages between events in an unusual order are unattributed, and no time is lost", () => {
  const odd: ReadySample = { ...served, marks: { sandboxStart: 3, sandboxTask: 45 } };
  assert.ok(stagesOf(odd).some(({ name }) => name === "unattributed"));
  assert.is(total(odd), 113_007 - 500);
});

test("for any known moments, the stages add up to the latency, to the microsecond", () => {
  const draw = random("stages");
  for (let n = 0; n < 2_000; n++) {
    const ms = () => draw.below(200_000) / 1000;
    const readyMs = 1 + ms();
    const maybe = <Value>(value: Value) => (draw.below(2) === 0 ? {} : value);
    const sample: ReadySample = {
      ...plain,
      readyMs,
      until: "output",
      outputMs: readyMs + ms(),
      startedMs: ms(),
      createdMs: ms(),
      ...maybe({ pulledMs: ms() }),
      marks: {
        ...maybe({ sandboxSnapshot: ms() }),
        ...maybe({ sandboxTask: ms() }),
        ...maybe({ networkBegin: ms() }),
        ...maybe({ networkEnd: ms() }),
        ...maybe({ containerStart: ms() }),
      },
    };
    assert.is(total(sample), Math.round(sample.outputMs! * 1000) - 500);
  }
});

const inCluster: ReadySample = {
  ...plain,
  until: "container",
  answeredMs: 12.5,
  scheduledMs: 30,
  readyMs: 900,
  startedMs: 900.5,
  podReadyMs: 901,
  node: "a",
};

test("in a cluster: API server, scheduler, then the kubelet and its runtime, without a gap", () => {
  assert.equal(
    stagesOf(inCluster).map(({ name, fromMs, toMs }) => [name, fromMs, toMs]),
    [
      ["API server", 0.5, 12.5],
      ["scheduler", 12.5, 30],
      ["kubelet and runtime", 30, 900],
      ["container started", 900, 900.5],
    ],
  );
  assert.is(total(inCluster), 900_000);
});

test("a pod that is bound before its creation is answered, or whose first line comes before the kubelet's report", () => {
  const names = (sample: ReadySample) => stagesOf(sample).map(({ name }) => name);
  assert.equal(names({ ...inCluster, answeredMs: 40 }).slice(0, 2), [
    "API server and scheduler",
    "kubelet and runtime",
  ]);
  const { startedMs: _, ...early } = { ...inCluster, until: "output", outputMs: 500 } as const;
  assert.equal(names(early), ["API server", "scheduler", "kubelet and runtime"]);
});

test("the kubelets' own counters divide their stage into the sandbox, the container and the rest", () => {
  const calls = (sandboxes: number, ms: number) => ({
    run_podsandbox: [sandboxes, ms],
    create_container: [sandboxes, ms / 4],
    start_container: [sandboxes, ms / 2],
  });
  const usage = (node: string, sandboxes: number, ms: number) => ({ node, calls: calls(sandboxes, ms) });
  const [row] = stageTable([
    {
      ...round(1, [inCluster]),
      nodes: {
        before: [usage("a", 10, 1_000), usage("b", 3, 500)],
        // 3 more sandboxes in 600 ms on a, 1 more in 200 ms on b: 200 ms each
        after: [usage("b", 4, 700), usage("a", 13, 1_600)],
      },
    } as unknown as RoundEvent,
  ]);
  assert.equal(
    row!.stages.map(({ name, p50Ms }) => [name, p50Ms]),
    [
      ["API server", 12],
      ["scheduler", 17.5],
      ["kubelet", 870 - 200 - 150],
      ["sandbox", 200],
      ["container", 150],
      ["container started", 0.5],
    ],
  );
});

test("a cluster's rows stand beside those of the same cells on a node, whose stages are added up", () => {
  const row = {
    run: "r",
    runtime: "runc",
    label: "runc",
    density: 0,
    concurrency: 1,
    until: "container",
    samples: 1,
  } as const;
  const clusterRow = {
    ...row,
    latencyMs: 900,
    interval: null,
    stages: [
      { name: "API server", p50Ms: 10 },
      { name: "scheduler", p50Ms: 20 },
      { name: "kubelet", p50Ms: 570 },
      { name: "sandbox", p50Ms: 200 },
      { name: "container", p50Ms: 100 },
    ],
  };
  const nodeRow = {
    ...row,
    latencyMs: 290,
    interval: null,
    stages: [
      { name: "sandbox snapshot", p50Ms: 5 },
      { name: "shim and sandbox create", p50Ms: 175 },
      { name: "READY seen", p50Ms: 3 },
      { name: "container snapshot", p50Ms: 10 },
      { name: "create answer", p50Ms: 20 },
      { name: "container start", p50Ms: 70 },
    ],
  };
  const rows = besideNode([clusterRow, { ...clusterRow, concurrency: 10 }], [nodeRow]);
  assert.equal(
    rows.map(({ label }) => label),
    ["runc, cluster", "runc, node"],
  );
  assert.equal(rows[1]!.stages, [
    { name: "sandbox", p50Ms: 183 },
    { name: "container", p50Ms: 100 },
  ]);
  assert.equal(clusterShares(rows), [
    { runtime: "runc", concurrency: 1, cluster_ms: 900, node_ms: 290, added_ms: 610, cluster_stages_ms: 600 },
  ]);
});

test("the sandbox's stage on a cluster, by its kubelets' counters, is compared with the bare node's calls by the rules of compare", () => {
  const usage = (ms: number) => [{ node: "a", calls: { run_podsandbox: [ms === 0 ? 0 : 1, ms] } }];
  const onACluster = (all: readonly number[]) =>
    all.map((ms, n) => ({
      ...round(n + 1, [inCluster]),
      nodes: { before: usage(0), after: usage(ms) },
    })) as unknown as RoundEvent[];
  const onTheNode = (all: readonly number[]) => all.map((ms, n) => round(n + 1, [{ ...plain, answeredMs: ms + 0.5 }]));
  const node = onTheNode([199, 200, 201, 200, 199, 201]);
  const [same] = sandboxAgreement(node, onACluster([203, 201, 202, 202, 203, 201]));
  assert.equal([same!.a.mean, same!.b.mean, same!.ratio, same!.verdict], [200, 202, 1.01, "same"]);
  assert.equal([same!.runtime, same!.concurrency, same!.operation], ["runc", 1, "RunPodSandbox"]);
  const verdictOf = (all: readonly number[]) => sandboxAgreement(node, onACluster(all))[0]?.verdict;
  assert.is(verdictOf([301, 300, 299, 300, 301, 299]), "slower");
  assert.is(verdictOf([101, 100, 99, 100, 101, 99]), "faster");
  // the interval contains 1, but reaches far beyond 5 %: no difference is shown, and no sameness either
  assert.is(verdictOf([100, 300, 120, 280, 150, 260]), "undecided");
  assert.is(verdictOf([]), undefined);
  const withoutRights = onACluster([200]).map(each => ({ ...each, nodes: undefined })) as unknown as RoundEvent[];
  assert.equal(sandboxAgreement(node, withoutRights), []);
  const partial = { ...onACluster([200])[0]!, makespanMs: null };
  const [failed] = sandboxAgreement(node, [...onACluster([100, 101, 99, 100, 101]), partial]);
  assert.equal([failed!.verdict, failed!.method], ["undecided", "ranks"]);
});

const round = (n: number, samples: readonly ReadySample[]): RoundEvent =>
  ({
    event: "round",
    run: "time_runc_01311200",
    runtime: "runc",
    density: 0,
    concurrency: samples.length,
    round: n,
    samples,
    makespanMs: 1,
    removalsMs: [10 * n, 20 * n],
    releasedMs: 0,
    warmup: false,
    block: 1,
  }) as unknown as RoundEvent;

test("percentiles are those of all cold starts to each end that they passed; NumPy gives the same", () => {
  const latencies = [100, 130, 110, 170, 150, 140];
  const samples = latencies.map((ms, index) => ({
    ...served,
    client: index + 1,
    respondedMs: ms + 0.5,
    outputMs: 90.5,
  }));
  const rows = latencyTable([round(1, samples.slice(0, 3)), round(2, samples.slice(3))]);
  assert.equal(
    rows.map(({ end, samples, rounds }) => [end, samples, rounds]),
    [
      ["sandbox", 6, 2],
      ["container", 6, 2],
      ["output", 6, 2],
      ["response", 6, 2],
    ],
  );
  // numpy.percentile([100, 130, 110, 170, 150, 140], [50, 90, 95, 99])
  assert.equal(
    rows[3]!.quantiles.map(({ ms, interval }) => [Math.round(ms * 1000) / 1000, interval]),
    [
      [135, null],
      [160, null],
      [165, null],
      [169, null],
    ],
  );
  assert.is(rows[3]!.maxMs, 170);
  const csv = latencyCsv(rows).split("\n");
  assert.is(csv[0]!.slice(0, 64), "runtime,density,concurrency,end,samples,rounds,p50_ms,p50_low_ms");
  assert.is(csv[4], "runc,0,3,response,6,2,135.000,,,160.000,,,165.000,,,169.000,,,170.000");
});

test("removal times have a table of their own", () => {
  const [row, ...others] = removalTable([round(1, [served]), round(2, [served])]);
  assert.equal([row!.samples, row!.maxMs, row!.quantiles[0]!.ms, others.length], [4, 40, 20, 0]);
});

test("an interval covers the true median of rounds whose cold starts depend on each other about 95 times in 100", () => {
  const draw = random("coverage");
  let covered = 0;
  const campaigns = 100;
  for (let n = 0; n < campaigns; n++) {
    const rounds = Array.from({ length: 20 }, (_, index) => {
      const shared = 10 * draw.normal();
      const own = Array.from({ length: 5 }, (_, client) => ({
        ...plain,
        client: client + 1,
        sentMs: 0,
        readyMs: 100 + shared + 5 * draw.normal(),
      }));
      return round(index + 1, own);
    });
    const [low, high] = latencyTable(rounds)[0]!.quantiles[0]!.interval!;
    if (low <= 100 && 100 <= high) covered++;
  }
  // a binomial with p = 0.95 lies above 0.86 of 100 nearly always; the bootstrap's own shortfall is small
  assert.ok(covered / campaigns > 0.86, String(covered / campaigns));
});

test("a trace has a track for each client, with slices that its stages fill", () => {
  const failed: FailedSample = {
    status: "timeout",
    client: 2,
    sandbox: null,
    sentMs: 0.25,
    endedMs: 300,
    reason: "timeout",
    message: "no answer",
  };
  const trace = JSON.parse(JSON.stringify(traceOf({ ...round(1, [served]), samples: [served, failed] })));
  const own = trace.traceEvents.filter((event: { tid: number; ph: string }) => event.tid === 1 && event.ph === "X");
  const [whole, ...stages] = own;
  assert.equal([whole.ts, whole.dur], [500, 112_507]);
  assert.is(
    stages.reduce((sum: number, { dur }: { dur: number }) => sum + dur, 0),
    whole.dur,
  );
  assert.equal(
    trace.traceEvents.filter((event: { tid: number }) => event.tid === 2).map((event: { name: string }) => event.name),
    ["thread_name", "timeout: timeout"],
  );
});

test("a cell's row has the medians of its stages in the order of time", () => {
  const [row] = stageTable([1, 2, 3].map(n => round(n, [{ ...served, respondedMs: 113 + n }])));
  assert.equal([row!.samples, row!.until, row!.latencyMs], [3, "response", 114.5]);
  assert.is(row!.stages[0]!.name, "sandbox snapshot");
  assert.equal(row!.stages.at(-1), { name: "response", p50Ms: 4.875 });
});

test.run();
