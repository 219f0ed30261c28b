import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ExperimentSettings } from "../../../src/measure/index.js";
import { lab } from "../../support/command-line.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("the campaign files that come with the package");
const folder = join(projectRoot, "campaigns");

/** Visited cell by cell, so that every background is brought up once and every cell prewarmed once. */
const planOf = async (file: string) => {
  const { code, stdout, stderr } = await lab(
    ["run", "--campaign", join(folder, file), "--endpoint", "replay:paper_data", "--order", "grid", "--plan", "--json"],
    { env: { PATH: process.env.PATH ?? "" } },
  );
  assert.is(code, 0, stderr);
  return JSON.parse(stdout) as { cells: number; sandboxes: number; experiments: ExperimentSettings[] };
};

/**
 * By hand from the grids. Time: rounds × clients over all cells, and one prewarmed sandbox a cell. Memory: the densities.
 * Density: as time, and the background of each runtime and density.
 */
const byHand = {
  // rates 5 + 10 + 20 + 25 for 20 s by two runtimes, 2 + 4 + 6 for 30 s by one; ramps to 300 twice and to 150
  "arrivals-and-fit.yaml": { cells: 2 * 4 + 3 + 3, sandboxes: 2 * (20 * 60 + 4) + (30 * 12 + 3) + 2 * 300 + 150 },
  // clients 1 + 10 in four rounds, 50 in two
  "kubernetes.yaml": { cells: 3 * 3, sandboxes: 3 * (4 * 11 + 2 * 50 + 3) },
  // control groups and root file systems start no sandbox
  "cgroups.yaml": { cells: 3 * 3 * 2, sandboxes: 0 },
  "cgroups-claims.yaml": { cells: 2 * 1 + 1 * 3, sandboxes: 0 },
  "rootfs.yaml": { cells: 2 * 4, sandboxes: 0 },
  "reflink.yaml": { cells: 2 * 2, sandboxes: 0 },
  // three rounds by two runtimes
  "io.yaml": { cells: 2, sandboxes: 2 * 3 },
  // clients 31
  "cold-start.yaml": { cells: 3 * 3, sandboxes: 3 * (5 * 31 + 3) },
  // clients 1 + 10 + 20 + 50 + 100 + 200 + 300 + 400 = 1,081
  "paper-time.yaml": { cells: 4 * 8, sandboxes: 4 * (50 * 1081 + 8) },
  // sandboxes 1 + 10 + 100 + 500 + 1,000 + 2,000 = 3,611, at each of six guest memories
  "paper-memory.yaml": { cells: 4 * 6 * 6, sandboxes: 4 * 6 * 3611 },
  "paper-density.yaml": {
    cells: 72 + 16 + 30 + 12,
    sandboxes:
      // katatemplate, rund: clients 1,011 on six backgrounds of 5,300 together
      2 * (6 * 20 * 1011 + 5300 + 36) +
      // kata: 311 on four of 1,800
      (4 * 20 * 311 + 1800 + 16) +
      // katafc: 611 on six of 3,700
      (6 * 20 * 611 + 3700 + 30) +
      // kata, katafc: 111 on two of 3,500
      2 * (2 * 20 * 111 + 3500 + 6),
  },
  "artifact-evaluation.yaml": {
    cells: 8 + 36 + 16,
    sandboxes: 10 * 1081 + 8 + 6 * 3611 + (4 * 10 * 311 + 1800 + 16),
  },
  // clients 361; sandboxes 111; clients 11 on 100
  "thirty-minutes.yaml": {
    cells: 4 * (5 + 3 + 2),
    sandboxes: 4 * (10 * 361 + 5) + 4 * 111 + 4 * (5 * 11 + 100 + 2),
  },
  // clients 131; sandboxes 111 in each of three repeats; clients 21 on 100 and on 300
  "recorded.yaml": {
    cells: 3 * (4 + 3 + 4),
    sandboxes: 3 * (10 * 131 + 4) + 3 * 3 * 111 + 3 * (2 * (10 * 21 + 2) + 100 + 300),
  },
  // clients 16; sandboxes 6; clients 6 on 5
  "two-minutes.yaml": { cells: 3 * (3 + 2 + 2), sandboxes: 3 * (4 * 16 + 3) + 3 * 6 + 3 * (2 * 6 + 5 + 2) },
};

test("each campaign file has its expected plan in this test", () => {
  assert.equal(
    readdirSync(folder)
      .filter(name => name !== "README.md")
      .sort(),
    Object.keys(byHand).sort(),
  );
});

for (const [file, expected] of Object.entries(byHand)) {
  test(`${file}: the numbers of cells and sandboxes equal those counted by hand`, async () => {
    const { cells, sandboxes } = await planOf(file);
    assert.equal({ cells, sandboxes }, expected);
  });
}

test("without --order grid the rounds are spread over blocks, and each visit prewarms and starts its background sandboxes", async () => {
  const plan = async (file: string) =>
    JSON.parse(
      (await lab(["run", "--campaign", join(folder, file), "--endpoint", "replay:paper_data", "--plan", "--json"]))
        .stdout,
    );
  assert.is((await plan("paper-time.yaml")).sandboxes, 4 * (50 * 1081 + 5 * 8));
  // 349,720 cold starts, 130 cells and 23,100 background sandboxes in each of five blocks; fewer where a block begins
  // with the background that the last one ended with, at most 2,000 at four borders in each of five parts
  const { cells, sandboxes } = await plan("paper-density.yaml");
  const most = 349_720 + 5 * (130 + 23_100);
  assert.is(cells, 130);
  assert.ok(sandboxes <= most && sandboxes >= most - 5 * 4 * 2_000, String(sandboxes));
});

test("the paper's time and density grids are exactly the recorded cells", async () => {
  const lines = readFileSync(join(projectRoot, "paper_data/rounds.csv"), "utf8").trim().split("\n").slice(1);
  for (const [file, experiment] of [
    ["paper-time.yaml", "time"],
    ["paper-density.yaml", "density"],
  ] as const) {
    const recorded = lines.map(line => line.split(",")).filter(words => words[1] === experiment);
    const planned = (await planOf(file)).experiments.flatMap(({ runtimes, density, concurrency }) =>
      runtimes.flatMap(id => density.flatMap(beside => concurrency.map(clients => `${id},${beside},${clients}`))),
    );
    assert.equal(planned.sort(), [...new Set(recorded.map(words => words.slice(2, 5).join(",")))].sort());
  }
});

test.run();
