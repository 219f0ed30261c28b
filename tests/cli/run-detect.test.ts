import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseManifest } from "../../src/campaign-files/index.js";
import { lab } from "../support/command-line.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("rund-lab run --detect");
const plan = async (...words: string[]) => {
  const { code, stdout, stderr } = await lab(["run", ...words, "--plan", "--json"]);
  return { code, stderr, document: code === 0 ? JSON.parse(stdout) : null };
};

test("the plan has as many rounds as its most demanding cell needs, one in each block", async () => {
  const { document } = await plan("time", "--runtime", "runc,crun", "--concurrency", "1,10", "--detect", "10%");
  const [detection] = document.detections;
  const [experiment] = document.experiments;
  assert.is(detection.rounds, Math.max(...detection.cells.map((cell: { rounds: number }) => cell.rounds)));
  assert.equal([experiment.rounds, experiment.blocks], [detection.rounds, detection.rounds]);
  assert.ok(detection.cells.every((cell: { recorded: { paired: boolean } }) => cell.recorded.paired));
});

test("the plan's text shows the scatter behind each cell's number of rounds", async () => {
  const { stdout } = await lab([
    "run",
    "time",
    "--runtime",
    "kata,rund",
    "--concurrency",
    "100",
    "--detect",
    "5%",
    "--plan",
  ]);
  assert.match(
    stdout,
    /\ntime: (\d+) rounds detect a difference of 5 %, or show that there is none, in 80 % of campaigns\n/,
  );
  assert.match(stdout, /\n {2}rund and kata, 100 at once: \d+ \(a difference scatters by [\d.]+ % in paper_data\)\n/);
});

test("more than 1,000 rounds are divided into 1,000 blocks", async () => {
  const { document } = await plan("time", "--runtime", "runc,crun", "--concurrency", "1", "--detect", "1%");
  const [{ rounds, blocks }] = document.experiments;
  assert.equal([blocks, rounds % 1000, rounds > 1000], [1000, 0, true]);
});

test("--pilot replaces the recorded campaigns, and the campaign has the number of rounds that it gives", () =>
  inTempFolder(async cwd => {
    const words = [
      "run",
      "time",
      "--runtime",
      "rund",
      "--concurrency",
      "1",
      "--endpoint",
      "replay:ae_data",
      "--replay-speed",
      "100",
    ];
    assert.is((await lab([...words, "--rounds", "5", "--out", "pilot"], { cwd })).code, 0);
    const pilot = join("pilot", readdirSync(join(cwd, "pilot"))[0]!);
    const { code, stderr } = await lab([...words, "--detect", "50%", "--pilot", pilot, "--out", "raw"], { cwd });
    assert.is(code, 0, stderr);
    const [, rounds] = /time: (\d+) rounds detect a difference of 50 %/.exec(stderr) ?? [];
    const file = join(cwd, "raw", readdirSync(join(cwd, "raw"))[0]!, "run.json");
    const { experiments } = parseManifest(readFileSync(file, "utf8")).plan.settings as {
      experiments: { rounds: number }[];
    };
    assert.equal([String(experiments[0]!.rounds), Number(rounds) >= 4], [rounds, true]);
  }));

test("invalid combinations of options are refused with the reason", async () => {
  const time = ["time", "--runtime", "runc,crun", "--concurrency", "1"];
  for (const [words, code, message] of [
    [[...time, "--detect", "5"], 2, "expected a percentage"],
    [[...time, "--detect", "5%", "--rounds", "3"], 2, "found --rounds"],
    [[...time, "--detect", "5%", "--until-decided", "5%"], 2, "found --until-decided"],
    [[...time, "--detect", "5%", "--order", "grid"], 2, "expected --order shuffled"],
    [[...time, "--detect", "0.01%"], 2, "rounds of crun, 1 at once, scatter by"],
    [[...time, "--pilot", "paper_data"], 2, "expected --detect, which uses the pilot"],
    [["memory", "--runtime", "runc", "--detect", "5%"], 2, "expected a time or a density experiment"],
    [["time", "--runtime", "runc,runsc", "--detect", "5%", "--pilot", "paper_data"], 4, "measure a pilot"],
  ] as const) {
    const found = await plan(...words);
    assert.is(found.code, code, words.join(" "));
    assert.match(found.stderr, message);
  }
});

test.run();
