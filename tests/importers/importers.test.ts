import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Dataset, loadDataset } from "../../src/analysis/datasets/index.js";
import { recognise } from "../../src/importers/index.js";
import type { LabError } from "../../src/model/errors.js";
import { lab } from "../support/command-line.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("results of other tools");

/** Small files made by hand in each tool's documented form. */
const critest = JSON.stringify({
  operationsNames: ["CreatePod", "StatusPod", "StopPod", "RemovePod"],
  numParallel: 2,
  datapoints: [
    { sampleIndex: 0, startTime: 1.7e18, endTime: 1.7e18, operationsDurationsNs: [52_000_000, 1, 2, 3], metaInfo: {} },
    { sampleIndex: 1, startTime: 1.7e18, endTime: 1.7e18, operationsDurationsNs: [48_000_000, 1, 2, 3], metaInfo: {} },
  ],
});
const kataBoot = (workload: number) =>
  JSON.stringify({
    "@timestamp": 1,
    env: { Hypervisor: "/opt/kata/bin/qemu-system-x86_64" },
    test: { runtime: "io.containerd.kata.v2", testname: "boot times" },
    "boot-times": {
      Results: [
        { total: { Result: 1.5, Units: "s" }, "to-workload": { Result: workload, Units: "s" } },
        { total: { Result: 1.7, Units: "s" }, "to-workload": { Result: 1.4, Units: "s" } },
      ],
    },
  });
const kataMemory = JSON.stringify({
  test: { runtime: "io.containerd.runc.v2", testname: "memory footprint" },
  "memory-footprint": {
    Config: [{ containers: "20", ksm: "0" }],
    Results: [{ average: { Result: 2345.5, Units: "KB" }, runc: { Result: 2345.5, Units: "KB" } }],
  },
});
const pod = (podReadyLatency: number, timestamp: string) => ({
  timestamp,
  podReadyLatency,
  metricName: "podLatencyMeasurement",
  uuid: "u1",
  jobName: "density",
  podName: "p",
});
const kubeBurner = (latency = 2000) =>
  JSON.stringify([pod(latency, "2026-01-01T00:00:00Z"), pod(1000, "2026-01-01T00:00:03Z")]);
const hyperfine = JSON.stringify({
  results: [
    { command: "ctr run runc", mean: 0.2, times: [0.1, 0.3, 9], exit_codes: [0, 0, 1] },
    { command: "ctr run kata", mean: 1, times: [1, 1], exit_codes: [0, 0], parameters: { runtime: "kata" } },
  ],
});
const stress = JSON.stringify({
  ...{ total: 150, failures: 0, seconds: 20, containersPerSecond: 7.5, secondsPerContainer: 0.1333 },
  ...{ execTotal: 0, execFailures: 0 },
});
const computesdk = JSON.stringify({
  version: "1.1",
  results: [
    {
      ...{ provider: "e2b", mode: "concurrent", concurrency: 2, wallClockMs: 640 },
      iterations: [{ ttiMs: 500.5 }, { ttiMs: 630.25 }],
    },
    { provider: "modal", iterations: [{ ttiMs: 900 }, { ttiMs: 0, error: "no capacity" }, { ttiMs: 1100 }] },
    {
      ...{ provider: "e2b", mode: "staggered", concurrency: 2, staggerDelayMs: 200 },
      rampProfile: [
        { launchedAt: 0, readyAt: 410, ttiMs: 400 },
        { launchedAt: 200, readyAt: 700, ttiMs: 500 },
      ],
      iterations: [{ ttiMs: 400 }, { ttiMs: 500 }],
    },
  ],
});
const idlabStart = "io.containerd.kata.v2-kata2-qemu,overlayfs,3\n746\n787\n791\n";
const idlabMemory = "io.containerd.runc.v2,overlayfs,2,kB\n5710.400000\n5539.440000\n";
const stellar = "AwsRequestID,Client latency (ms)\na,120\nb,80\nc,timed out\n";
const stellarBursts = "Request ID,Client Latency (ms),Burst ID\na,120,0\nb,80,0\nc,90,1\nd,70,1\n";

const load = (name: string, text: string): Promise<Dataset> =>
  inTempFolder(folder => {
    writeFiles(folder, { [name]: text });
    return loadDataset(join(folder, name));
  });
/** Cells as runtime, concurrency, makespans, mean latency, failures. */
const cells = ({ starts }: Dataset) =>
  starts.map(({ runtime, concurrency, rounds, latencyMeanMs, failed }) => [
    runtime,
    concurrency,
    rounds.map(({ makespanMs }) => makespanMs),
    latencyMeanMs,
    failed,
  ]);

test("critest: the first operation of each datapoint, nanoseconds as ms, at numParallel", async () => {
  const dataset = await load("pod.json", critest);
  assert.equal(cells(dataset), [["cri", 2, [52, 48], 50, 0]]);
  assert.is(dataset.runs[0]!.definition!.from, "CreatePod called");
});

test("Kata's boot times: to-workload, seconds as ms; the memory footprint: the mean per container", async () => {
  assert.equal(cells(await load("boot-times.json", kataBoot(1.25))), [["kataqemu", 1, [1250, 1400], 1325, 0]]);
  const { memory, runs } = await load("memory-footprint.json", kataMemory);
  assert.equal(
    memory.map(({ runtime, density, components }) => [runtime, density, components[0]!.pssKiB]),
    [["runc", 20, 2345.5 * 20]],
  );
  assert.is(runs[0]!.experiment, "memory");
});

test("kube-burner: pods of a job are one burst with starts in seconds, no closed loop", async () => {
  const dataset = await load("pods.json", kubeBurner());
  assert.equal(cells(dataset), [["density", 2, [4000], 1500, 0]]);
  assert.is(dataset.starts[0]!.rounds[0]!.startSkewMs, 3000);
  assert.is(dataset.runs[0]!.definition!.resolution, 1000);
});

test("hyperfine: seconds as ms; a run that exits with another code than 0 has failed", async () => {
  const dataset = await load("h.json", hyperfine);
  assert.equal(cells(dataset), [
    ["ctrrunrunc", 1, [100, 300], 200, 1],
    ["kata", 1, [1000, 1000], 1000, 0],
  ]);
  assert.is(dataset.starts[0]!.partial, 1);
});

test("containerd-stress: a rate, and no latency is made of it", async () => {
  const { starts, rates } = await load("stress.json", stress);
  assert.equal(
    [starts, rates],
    [[], [{ run: "containerd-stress1_containerd", perSecond: 7.5, total: 150, seconds: 20 }]],
  );
});

test("computesdk: bursts with the stated makespan, sequential values one by one, staggered starts as an open loop", async () => {
  const dataset = await load("c.json", computesdk);
  assert.equal(cells(dataset), [
    ["e2b", 2, [640], 565.375, 0],
    ["modal", 1, [900, 1100], 1000, 1],
    ["e2bstaggered", 2, [700], 450, 0],
  ]);
  assert.equal(
    dataset.starts.map(({ rounds }) => rounds[0]!.startSkewMs),
    [0, 0, 200],
  );
});

test("idlab: a header, then a number a line; memory in kB", async () => {
  assert.equal(cells(await load("start-x", idlabStart)), [["kata2qemu", 1, [746, 787, 791], 774.6666666666666, 0]]);
  const { memory, runs } = await load("memory-x", idlabMemory);
  assert.equal(
    memory.map(({ components }) => components[0]!.pssKiB),
    [5710.4, 5539.44],
  );
  assert.equal(runs[0]!.config, { snapshotter: "overlayfs" });
});

test("STeLLAR: a value a row, or the bursts of its Burst ID; a timeout has failed", async () => {
  assert.equal(cells(await load("latencies.csv", stellar)), [["function", 1, [120, 80], 100, 1]]);
  assert.equal(cells(await load("latencies.csv", stellarBursts)), [["function", 2, [120, 90], 90, 0]]);
});

test("FastIOV's fork: a file for each pod, with the fixed sleep said", async () => {
  await inTempFolder(async folder => {
    const run = join(folder, "time_kata_06011200");
    writeFiles(run, {
      "con_002/_pod_001_001.txt": "a 1700000000000 1700000000900 900\n",
      "con_002/_pod_001_002.txt": "b 1700000000010 1700000000990 980\n",
      "con_002/_pod_002_001.txt": "c 1700000010000 1700000010700 700\n",
      "con_002/_pod_002_002.txt": "d 1700000010005 1700000010805 801\n",
    });
    for (const path of [run, folder]) {
      const dataset = await loadDataset(path);
      assert.equal(cells(dataset), [["kata", 2, [990], 860, 0]]);
      assert.is(dataset.problemCount, 1, "a latency that is not end - start");
      assert.match(dataset.runs[0]!.definition!.note!, "0.1 s");
    }
  });
});

test("a format is recognised by what the file begins with, and none is seen in other files", async () => {
  const expected = {
    "a.json": [critest, "critest"],
    "b.json": [kataBoot(1), "kata"],
    "c.json": [kataMemory, "kata"],
    "d.json": [kubeBurner(), "kube-burner"],
    "e.json": [hyperfine, "hyperfine"],
    "f.json": [stress, "containerd-stress"],
    "g.json": [computesdk, "computesdk"],
    h: [idlabStart, "idlab"],
    i: [idlabMemory, "idlab"],
    "j.csv": [stellar, "stellar"],
    "k.csv": ["a,b,3\nc,d,4\n", undefined],
    "l.json": ['{"results": []}', undefined],
    "m.txt": ["hello\n", undefined],
    "n.csv": ["", undefined],
  } as const;
  await inTempFolder(folder => {
    for (const [name, [text, format]] of Object.entries(expected)) {
      writeFiles(folder, { [name]: text });
      assert.is(recognise(join(folder, name))?.format, format, name);
    }
  });
});

test("a value that can be no latency is a problem with its place, and no number", async () => {
  const { problems, starts } = await load("pods.json", kubeBurner(-46_116_859_600));
  assert.equal(
    problems.map(({ line, code, found }) => [line, code, found]),
    [[1, "RUND_IMPORT_VALUE", "-46116859600"]],
  );
  assert.match(problems[0]!.expected, "[0].podReadyLatency");
  assert.equal(starts[0]!.samples, 1);
  assert.is((await load("boot-times.json", kataBoot(-3))).problemCount, 1);
});

test("a file that is cut off gives the rows before the cut, and a problem", async () => {
  const cut = await load("h.json", hyperfine.slice(0, hyperfine.indexOf('{"command":"ctr run kata"') + 40));
  assert.equal(cells(cut), [["ctrrunrunc", 1, [100, 300], 200, 1]]);
  assert.is(cut.problems[0]!.code, "RUND_IMPORT_JSON");
  const short = await load("start-x", idlabStart.slice(0, -4));
  assert.equal([short.starts[0]!.samples, short.problems[0]!.code], [2, "RUND_IMPORT_COUNT"]);
});

test("a renamed field is a problem that names it, and nothing to read is an error", async () => {
  const renamed = computesdk.replace('"provider":"modal"', '"vendor":"modal"');
  const { problems } = await load("c.json", renamed);
  assert.match(problems[0]!.expected, "results[1].provider");
  for (const text of [kubeBurner().replaceAll("podReadyLatency", "readyLatency"), '{"provider": 1, "ttiMs": 2}']) {
    try {
      await load("x.json", text);
      assert.unreachable();
    } catch (error) {
      assert.is((error as LabError).code, "RUND_IMPORT_EMPTY");
    }
  }
  const version = await load("c.json", computesdk.replace('"1.1"', '"2.0"'));
  assert.match(version.problems[0]!.found, "2.0");
});

test("import writes a folder that gives the same cells as the file, and the same bytes each time", async () => {
  await inTempFolder(async folder => {
    writeFiles(folder, { "c.json": computesdk, "m.json": kataMemory, "s.json": stress, "p.json": kubeBurner() });
    for (const name of ["c.json", "m.json", "s.json", "p.json"]) {
      const out = join(folder, `${name}-out`);
      assert.is((await lab(["import", "auto", join(folder, name), "--out", out])).code, 0);
      const [direct, kept] = [await loadDataset(join(folder, name)), await loadDataset(out)];
      assert.equal(cells(kept), cells(direct));
      assert.equal([kept.rates, kept.memory, kept.problemCount], [direct.rates, direct.memory, direct.problemCount]);
      await lab(["import", "auto", join(folder, name), "--out", `${out}2`]);
      for (const file of ["samples.csv", "memory.csv", "import.json"]) {
        assert.is(readFileSync(join(out, file), "utf8"), readFileSync(join(`${out}2`, file), "utf8"));
      }
      assert.is((await lab(["import", "auto", join(folder, name), "--out", out])).code, 2, "a folder that is taken");
    }
  });
});

test("import refuses a file of no known tool, an unknown format and a file without rows", async () => {
  await inTempFolder(async folder => {
    writeFiles(folder, { "m.txt": "hello\n", "p.json": kubeBurner().replaceAll("podReadyLatency", "x") });
    const run = (...words: string[]) => lab(["import", ...words, "--out", join(folder, "out")]);
    const unknown = await run("auto", join(folder, "m.txt"));
    assert.equal([unknown.code, /critest/.test(unknown.stderr)], [4, true]);
    assert.is((await run("nosuch", join(folder, "m.txt"))).code, 2);
    assert.is((await run("hyperfine", join(folder, "missing.json"))).code, 4);
    const none = await run("auto", join(folder, "p.json"));
    assert.equal([none.code, /podReadyLatency/.test(none.stderr)], [4, true]);
  });
});

test("analyze says first what imported numbers count, and compare that two sides count different things", async () => {
  await inTempFolder(async folder => {
    writeFiles(folder, { "h.json": hyperfine, "i-start": idlabStart.replace("kata.v2-kata2-qemu", "kata.v2") });
    const analyzed = await lab(["analyze", join(folder, "h.json")]);
    assert.match(analyzed.stderr, /^hyperfine counts from command started to command ended/);
    assert.match(analyzed.stdout, "hyperfine1_kata,kata,1,2,0,1000,1000,1000,1000,1000");
    const pair = [join(folder, "h.json"), join(folder, "i-start")];
    const compared = await lab(["compare", ...pair]);
    assert.is(compared.code, 0);
    assert.match(
      compared.stdout,
      /^A and B do not count the same: A from command started to command ended, B from container/,
    );
    assert.is((await lab(["compare", ...pair, "--fail-on", "slower:5%"])).code, 4);
  });
});

test.run();
