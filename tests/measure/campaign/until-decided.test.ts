import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compare } from "../../../src/analysis/compare/index.js";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import type { Decided } from "../../../src/measure/campaign/tools.js";
import { experimentSettings } from "../../../src/measure/plan/settings.js";
import type { LabError } from "../../../src/model/errors.js";
import { lab } from "../../support/command-line.js";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, planOf } from "./campaigns.js";
import { FakeCri } from "./fake-cri.js";
import { VirtualClock } from "./virtual-clock.js";

const test = suite("a campaign until it is decided");
const wishes = { experiment: "time", runtimes: ["runc", "crun"], concurrency: [1], order: "shuffled" } as const;

test("the comparison is judged between two blocks, by complete blocks only, and ends after the block that decides it", () =>
  inTempFolder(async folder => {
    const looks: number[][] = [];
    const decided: Decided = (_, rounds) => {
      looks.push([...new Set(rounds.map(({ block }) => block))]);
      assert.is(rounds.length, 4 * (looks.length - 1));
      return looks.length === 4;
    };
    const cri = new FakeCri(new VirtualClock(), () => ({ ms: 10 }));
    const plan = planOf({ ...wishes, untilDecided: "5%", blocks: 6, rounds: 12 });
    const { rounds, events, error } = await campaignIn(folder, plan, fakeTools(cri, { decided }));
    assert.is(error, undefined);
    assert.equal(looks, [[], [1], [1, 2], [1, 2, 3]]);
    assert.is(rounds.length, 12);
    const end = events.at(-1)!;
    assert.is(end.event === "end" && end.status, "complete");
  }));

test("without --until-decided the comparison is not judged", () =>
  inTempFolder(async folder => {
    const decided = () => {
      throw new Error("asked");
    };
    const cri = new FakeCri(new VirtualClock(), () => ({ ms: 10 }));
    const plan = planOf({ ...wishes, blocks: 2, rounds: 2 });
    assert.is((await campaignIn(folder, plan, fakeTools(cri, { decided }))).error, undefined);
  }));

test("--until-decided has its own default numbers, and settings that could never decide are refused", () => {
  const { blocks, rounds } = experimentSettings({ ...wishes, untilDecided: "5%" });
  assert.equal([blocks, rounds], [40, 80]);
  const few = experimentSettings({ ...wishes, untilDecided: "5%", blocks: 10, rounds: 30 });
  assert.equal([few.blocks, few.rounds], [10, 30]);
  for (const wrong of [
    { runtimes: ["runc"] },
    { order: "grid" },
    { blocks: 3 },
    { untilDecided: "0%" },
    { untilDecided: "5" },
  ] as const) {
    assert.throws(
      () => experimentSettings({ ...wishes, untilDecided: "5%", ...wrong }),
      (error: LabError) => error.kind === "usage",
    );
  }
});

test("from the command line, a rehearsal of two very different runtimes ends early, and compare accounts for the repeated tests", () =>
  inTempFolder(async folder => {
    const words = ["run", "time", "--runtime", "kata,rund", "--concurrency", "10", "--until-decided", "5%"];
    const rehearsal = ["--blocks", "25", "--rounds", "25", "--endpoint", "replay:paper_data", "--replay-speed", "4"];
    const { code, stdout, stderr } = await lab([...words, ...rehearsal, "--out", folder, "--json"]);
    assert.is(code, 0, stderr);
    const decided = Number(/decided at 5% after (\d+) of at most 25 blocks/.exec(stderr)?.[1]);
    assert.ok(decided >= 3 && decided < 25, stderr);
    const { campaign } = JSON.parse(stdout) as { campaign: string };
    const dataset = await loadDataset(campaign);
    assert.equal(
      dataset.runs.map(({ lastBlock }) => lastBlock),
      [25, 25],
    );
    const runtimes = [{ a: "kata", b: "rund" }];
    const [cell] = compare(dataset, dataset, { runtimes, allowReplay: true }).cells;
    assert.equal([cell!.verdict, cell!.method, cell!.a.n], ["faster", "paired blocks", decided]);
    // a fixed number of blocks would have given a narrower interval
    const fixed = { ...dataset, runs: dataset.runs.map(({ lastBlock: _, ...run }) => run) };
    const [plain] = compare(fixed, fixed, { runtimes, allowReplay: true }).cells;
    assert.ok(cell!.p! > plain!.p! && cell!.interval![0] < plain!.interval![0], `${cell!.p} ${plain!.p}`);
  }));

test.run();
