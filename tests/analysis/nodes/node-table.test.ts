import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nodeClocks, nodesCsv, nodeTable } from "../../../src/analysis/nodes/index.js";
import type { ArrivalsEvent, NodeUsage, ReadySample, RoundEvent } from "../../../src/campaign-files/events.js";

const test = suite("the nodes of a cluster");

const usage = (node: string, pods: number, clockAheadMs: [number, number]): NodeUsage => ({
  node,
  at: null,
  cpuMs: 1,
  workingSetKiB: 1,
  pods,
  podsCpuMs: 1,
  podsWorkingSetKiB: pods * 2_000,
  clockAheadMs,
});

/** A round whose cold starts took these milliseconds on each node. */
function round(n: number, byNode: Readonly<Record<string, readonly number[]>>, ahead: [number, number] = [-500, 500]) {
  const samples = Object.entries(byNode).flatMap(([node, all]) => all.map(ms => ({ node, ms })));
  const nodes = Object.entries(byNode).map(([node, all]) => usage(node, all.length, ahead));
  return {
    event: "round",
    run: "time_runc_01311200",
    runtime: "runc",
    density: 0,
    concurrency: samples.length,
    round: n,
    samples: samples.map(
      ({ node, ms }, index): ReadySample => ({
        status: "ready",
        client: index + 1,
        sandbox: `s${index}`,
        sentMs: 1,
        answeredMs: 2,
        readyMs: 1 + ms,
        node,
      }),
    ),
    nodes: { before: nodes, after: nodes },
  } as unknown as RoundEvent;
}

test("a node that takes twice as long as its peers is flagged, with the ratio's interval", () => {
  const rows = nodeTable([
    round(1, { a: [100], b: [200] }),
    round(2, { a: [104], b: [206] }),
    round(3, { a: [99], b: [201] }),
  ]);
  assert.equal(
    rows.map(({ node, samples, rounds, p50Ms, slow }) => [node, samples, rounds, p50Ms, slow]),
    [
      ["a", 3, 3, 100, false],
      ["b", 3, 3, 201, true],
    ],
  );
  // by hand: (200 + 206 + 201) / (100 + 104 + 99)
  assert.is(rows[1]!.ratio!.value.toFixed(4), "2.0033");
  assert.ok(rows[1]!.ratio!.interval[0] > 1.8 && rows[1]!.ratio!.interval[1] < 2.2);
  assert.is(rows[0]!.podWorkingSetKiB, 2_000);
});

test("nodes with equal scatter are not flagged, and a single node has no ratio", () => {
  const alike = nodeTable([
    round(1, { a: [100], b: [130] }),
    round(2, { a: [140], b: [90] }),
    round(3, { a: [80], b: [120] }),
  ]);
  assert.ok(alike.every(({ slow }) => !slow));
  assert.is(nodeTable([round(1, { a: [100] }), round(2, { a: [110] })])[0]!.ratio, null);
  assert.equal(nodeTable([{ ...round(1, { a: [1] }), nodes: undefined } as unknown as RoundEvent]), []);
});

test("a clock's bounds are the intersection of all requests' bounds", () => {
  const rounds = [round(1, { a: [1] }, [-400, 610]), round(2, { a: [1] }, [-20, 990])];
  assert.equal(nodeClocks(rounds), [{ node: "a", aheadMs: [-20, 610] }]);
});

test("the table as CSV has a line for each node, and missing values are empty", () => {
  const [header, line] = nodesCsv(nodeTable([round(1, { a: [100] })])).split("\n");
  assert.match(header!, /^runtime,density,concurrency,node,/);
  assert.is(line, "runc,0,1,a,1,1,100.000,,,,false,2000,,,,1");
});

test("the overhead that a RuntimeClass declares stands beside the working set, in KiB", () => {
  const rows = nodeTable([round(1, { a: [100] })]);
  const [, line] = nodesCsv(rows, new Map([[rows[0]!.run, "32Mi"]])).split("\n");
  assert.is(line, "runc,0,1,a,1,1,100.000,,,,false,2000,32768,,,1");
});

test("a window of an open loop has a row for each node, whose latencies count from the moment when a start was due", () => {
  const { samples } = round(1, { a: [100], b: [200] });
  const used = (node: string, at: string, cpuMs: number) => ({ ...usage(node, 0, [-500, 500]), at, cpuMs });
  const window = {
    event: "arrivals",
    run: "arrivals_runc_01311200",
    runtime: "runc",
    density: 0,
    rate: 2,
    round: 1,
    // the starts left 10 ms late: they were sent at 1 ms
    dueMs: [-9, -9],
    samples,
    nodes: {
      before: [used("a", "2026-01-31T12:00:00Z", 1_000), used("b", "2026-01-31T12:00:00Z", 5_000)],
      // b's kubelet took no new reading
      after: [used("a", "2026-01-31T12:00:10Z", 16_000), used("b", "2026-01-31T12:00:00Z", 5_000)],
    },
  } as unknown as ArrivalsEvent;
  const rows = nodeTable([window]);
  assert.equal(
    rows.map(({ node, concurrency, rate, p50Ms, nodeCpus, nodeWorkingSetKiB }) => [
      ...[node, concurrency, rate, p50Ms, nodeCpus, nodeWorkingSetKiB],
    ]),
    [
      // by hand: 15 s of CPU in 10 s
      ["a", null, 2, 110, 1.5, 1],
      ["b", null, 2, 210, null, 1],
    ],
  );
  assert.is(nodesCsv(rows).split("\n")[1], "runc,0,,a,1,1,110.000,,,,false,,,2,1.500,1");
});

test.run();
