import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { parseManifest } from "../../../src/campaign-files/index.js";
import { inTempFolder } from "../../support/temp.js";
import { readCampaign } from "./campaigns.js";
import { replay, replayUntilTrue } from "./replays.js";

const test = suite("campaigns on the replay server");

test("at speed 1, a replayed cell has the recorded makespan within 5 % and 5 ms", () =>
  inTempFolder(async folder => {
    const time = (runtime: string, concurrency: number) =>
      ({ runtime, experiment: "time", density: 0, concurrency }) as const;
    const density = (runtime: string, density: number, concurrency: number) =>
      ({ runtime, experiment: "density", density, concurrency }) as const;
    const cells = [
      ...[time("kata", 1), time("kata", 10), time("katafc", 1), time("katatemplate", 20), time("katatemplate", 100)],
      ...[time("rund", 1), time("rund", 10), time("rund", 100), time("rund", 300), density("rund", 200, 100)],
    ];
    assert.equal(await replayUntilTrue("paper_data", cells, folder, { rounds: 2, attempts: 4 }), []);
  }));

test("at speed 100, the journal and the logs contain every round; no tolerance is claimed", () =>
  inTempFolder(async folder => {
    const dataset = await loadDataset("paper_data");
    const wishes = [{ experiment: "time", runtimes: ["rund"], concurrency: [1, 200], rounds: 3 }] as const;
    const { path } = await replay(dataset, wishes, { out: folder }, { speed: 100 });
    const { starts, problems } = await loadDataset(path);
    assert.equal(
      starts.map(({ concurrency, rounds, samples }) => [concurrency, rounds.length, samples]),
      [
        [1, 3, 3],
        [200, 3, 600],
      ],
    );
    assert.equal(problems, []);
  }));

test("a replayed run is marked as such, and its logs use recorded time", () =>
  inTempFolder(async folder => {
    const dataset = await loadDataset("paper_data");
    const wishes = [{ experiment: "time", runtimes: ["katafc"], concurrency: [1], rounds: 2 }] as const;
    const { path } = await replay(dataset, wishes, { out: folder }, { speed: 20 });
    const { read, rounds } = readCampaign(path);
    const manifest = parseManifest(read("run.json"));
    assert.ok(manifest.replayed);
    assert.equal(manifest.replay, { dataset: "paper_data", speed: 20, seed: 1 });
    const { runs } = await loadDataset(path);
    assert.ok(runs[0]!.replayed);
    // a recorded cold start takes about 310 ms, of which a twentieth passed here
    for (const { makespanMs, samples, releasedMs, run } of rounds) {
      assert.ok(makespanMs! > 150, String(makespanMs));
      const [, start, end, latency] = read(`${run}/con_001/client001.txt`).split("\n")[0]!.split(" ").map(Number);
      assert.is(end! - start!, latency);
      if (samples[0]!.status === "ready" && start === Math.round(releasedMs + samples[0]!.sentMs)) {
        // the logs hold the measured latency, rounded
        assert.is(end! - start, Math.round(samples[0]!.readyMs - samples[0]!.sentMs));
      }
    }
  }));

test("a drift of the machine looks like a difference between equal runtimes in grid order, and not in blocks", () =>
  inTempFolder(async folder => {
    const paper = await loadDataset("paper_data");
    // kata's recording under two names: the same runtime twice
    const starts = paper.starts.flatMap(cell => (cell.runtime === "kata" ? [cell, { ...cell, runtime: "rund" }] : []));
    const dataset = { ...paper, starts };
    const means: Record<string, number> = {};
    for (const order of ["grid", "shuffled"] as const) {
      const wishes = [
        { experiment: "time", runtimes: ["kata", "rund"], concurrency: [1], rounds: 12, blocks: 12, order, seed: 3 },
      ] as const;
      // the campaign's last round takes nearly twice as long as its first
      const { cells } = await replay(dataset, wishes, { out: `${folder}/${order}` }, { speed: 4, drift: 0.04 });
      const of = (id: string) => cells.find(({ runtime }) => runtime === id)!.measuredMs;
      means[order] = of("rund") / of("kata");
    }
    // twelve rounds later everything takes 0.48 of the first longer: 1.70 / 1.22 on average
    assert.ok(means.grid! > 1.25, `grid ${means.grid}`);
    assert.ok(Math.abs(means.shuffled! - 1) < 0.12, `shuffled ${means.shuffled}`);
  }));

test("the memory experiment is rehearsed with the recorded snapshots", () =>
  inTempFolder(async folder => {
    const dataset = await loadDataset("paper_data");
    const wishes = [{ experiment: "memory", runtimes: ["kata", "rund"], memory: [128, 512], density: [10] }] as const;
    const { path } = await replay(dataset, wishes, { out: folder }, { speed: 100 });
    const replayed = await loadDataset(path);
    assert.is(replayed.memory.length, 4);
    for (const { runtime, memoryMb, density, components } of replayed.memory) {
      const recorded = dataset.memory.find(
        cell => cell.runtime === runtime && cell.memoryMb === memoryMb && cell.density === density,
      );
      assert.equal(components, recorded!.components);
    }
    assert.equal(replayed.problems, []);
  }));

test.run();
