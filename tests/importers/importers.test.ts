import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../src/analysis/datasets/index.js";
import type { LabError } from "../../src/model/errors.js";
import { inTempFolder, writeFiles } from "../support/temp.js";
import { cells, load } from "./load.js";
import {
  computesdk,
  critest,
  hyperfine,
  idlabMemory,
  idlabStart,
  kataBoot,
  kataMemory,
  kubeBurner,
  stellar,
  stellarBursts,
  stress,
  stressDensity,
} from "./samples.js";

const test = suite("results of other tools");

const refused = async (name: string, text: string, code = "RUND_IMPORT_EMPTY") => {
  try {
    await load(name, text);
  } catch (error) {
    return assert.is((error as LabError).code, code, String(error));
  }
  assert.unreachable();
};

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

test("containerd-stress: a rate, from which no latency is computed", async () => {
  const { starts, rates } = await load("stress.json", stress);
  assert.equal(
    [starts, rates],
    [[], [{ run: "containerd-stress1_containerd", perSecond: 7.5, total: 150, seconds: 20 }]],
  );
});

test("containerd-stress density: the shims' PSS per container, by the number that the tool divided by", async () => {
  const { memory, runs } = await load("density.json", stressDensity);
  assert.equal(
    memory.map(({ runtime, density, components }) => [runtime, density, components[0]!.pssKiB]),
    [["containerd", 10, 50_820]],
  );
  assert.is(runs[0]!.experiment, "memory");
});

test("containerd-stress: several results in one file, one after another or as a list; what is cut off is a problem", async () => {
  const other = stress.replace('"containersPerSecond":7.5', '"containersPerSecond":7.45');
  for (const text of [`${stress}\n${other}\n`, `[${stress},${other}]`]) {
    const { rates } = await load("stress.json", text);
    assert.equal(
      rates?.map(({ perSecond }) => perSecond),
      [7.5, 7.45],
    );
  }
  const cut = await load("stress.json", `${stress}\n${other.slice(0, 30)}`);
  assert.equal([cut.rates?.length, cut.problemCount], [1, 1]);
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

test("idlab: a header, then one number per line; memory in kB", async () => {
  assert.equal(cells(await load("start-x", idlabStart)), [["kata2qemu", 1, [746, 787, 791], 774.6666666666666, 0]]);
  const { memory, runs } = await load("memory-x", idlabMemory);
  assert.equal(
    memory.map(({ components }) => components[0]!.pssKiB),
    [5710.4, 5539.44],
  );
  assert.equal(runs[0]!.config, { snapshotter: "overlayfs" });
});

test("STeLLAR: one value per row, or bursts by Burst ID; a timeout counts as failed", async () => {
  assert.equal(cells(await load("latencies.csv", stellar)), [["function", 1, [120, 80], 100, 1]]);
  assert.equal(cells(await load("latencies.csv", stellarBursts)), [["function", 2, [120, 90], 90, 0]]);
});

test("FastIOV's fork: the first number of a file is its tenant, and line k is round k", () =>
  inTempFolder(async folder => {
    const run = join(folder, "time_kata_06011200");
    const log = (pod: number) =>
      `a ${1000 + pod} ${1900 + pod} 900\nb ${5000 + pod} ${5700 + 10 * pod} ${700 + 9 * pod}\n`;
    const files = ["001_001", "001_002", "002_001", "002_002"].map((name, i) => [`con_004/_pod_${name}.txt`, log(i)]);
    writeFiles(run, Object.fromEntries(files));
    const { starts } = await loadDataset(run);
    assert.equal(
      starts.map(({ concurrency, rounds }) => [
        concurrency,
        rounds.map(({ clients, makespanMs }) => [clients, makespanMs]),
      ]),
      [
        [
          4,
          [
            [4, 903],
            [4, 730],
          ],
        ],
      ],
    );
  }));

test("critest: fields in another order, and numParallel 0, which means one after another", async () => {
  const { operationsNames, datapoints } = JSON.parse(critest);
  assert.equal(cells(await load("pod.json", JSON.stringify({ datapoints, numParallel: 0, operationsNames }))), [
    ["cri", 1, [52, 48], 50, 0],
  ]);
});

test("kube-burner's versions: the job in jobConfig, or nowhere", async () => {
  const [first] = JSON.parse(kubeBurner()) as readonly Record<string, unknown>[];
  const { jobName: _, uuid: __, ...old } = first!;
  const inConfig = { ...old, uuid: "u", jobConfig: { name: "cluster-density", qps: 20, burst: 20 }, nodeName: "n" };
  assert.equal(cells(await load("v1.json", JSON.stringify([inConfig]))), [["clusterdensity", 1, [2000], 2000, 0]]);
  assert.equal(cells(await load("v0.json", JSON.stringify([old]))), [["pods", 1, [2000], 2000, 0]]);
});

test("Kata's metrics with their fields sorted: runtime and containers may come before or after the results", async () => {
  const { test, "boot-times": boot, env } = JSON.parse(kataBoot(1.25));
  const sorted = JSON.stringify({ "boot-times": boot, env, test });
  assert.equal(cells(await load("boot-times.json", sorted)), [["kataqemu", 1, [1250, 1400], 1325, 0]]);
});

test("hyperfine: a run that a signal ended counts as failed; parameters of one command distinguish runtimes", async () => {
  const result = (n: number) => ({
    command: `crictl runp ${n}`,
    times: [0.5, 0.25],
    exit_codes: [null, 0],
    parameters: { n: String(n) },
    memory_usage_byte: [1, 2],
  });
  const dataset = await load("h.json", JSON.stringify({ results: [result(1), result(2)] }));
  assert.equal(cells(dataset), [
    ["crictlrunp1", 1, [250], 250, 1],
    ["crictlrunp2", 1, [250], 250, 1],
  ]);
  assert.equal(dataset.runs[1]!.config, { n: "2" });
});

test("hyperfine: results of one command name stay apart, by their parameters and as repetitions", async () => {
  const result = (second: number, parameters: object) => ({
    command: "start",
    times: [second],
    exit_codes: [0],
    parameters,
  });
  const results = [
    ...[result(0.25, { runtime: "runc", threads: "1" }), result(0.5, { runtime: "runc", threads: "8" })],
    result(1, { runtime: "runc", threads: "8" }),
  ];
  assert.equal(cells(await load("h.json", JSON.stringify({ results }))), [
    ["runc", 1, [250], 250, 0],
    ["runcx2", 1, [500], 500, 0],
    ["runcx3", 1, [1000], 1000, 0],
  ]);
});

test("computesdk: a failed iteration without a time, the mode burst, and a provider that was skipped", async () => {
  const results = [
    { provider: "a", mode: "burst", concurrency: 2, wallClockMs: 90, iterations: [{ error: "quota" }, { ttiMs: 80 }] },
    { provider: "b", iterations: [], skipped: true, skipReason: "no key" },
  ];
  const dataset = await load("c.json", JSON.stringify({ version: "1.1", results }));
  assert.equal(cells(dataset), [["a", 2, [], 80, 1]]);
  assert.is(dataset.problemCount, 0);
});

test("STeLLAR: the columns of today, and a row without a request id counts as failed", async () => {
  const text = `Request ID,Host,Sent At,Received At,Client Latency (ms),Burst ID
a,h,2023-01-01T00:00:00Z,2023-01-01T00:00:00Z,120,0
,h,2023-01-01T00:00:00Z,2023-01-01T00:00:30Z,30000,0
b,h,2023-01-01T00:10:00Z,2023-01-01T00:10:00Z,90,1
c,h,2023-01-01T00:10:00Z,2023-01-01T00:10:00Z,70,1
`;
  assert.equal(cells(await load("latencies.csv", text)), [["function", 2, [90], 280 / 3, 1]]);
});

test("containerd-stress: a run without a container is refused", async () => {
  await refused("stress.json", stress.replace('"total":150', '"total":0'));
});

test("FastIOV's fork: a file for each pod, with the fixed sleep stated", async () => {
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

test.run();
