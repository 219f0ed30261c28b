import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diskCsv, diskTable, readRounds } from "../../../src/analysis/stages/index.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("waits of rounds for a disk");
const campaign = join(projectRoot, "raw/cold-start-node");
const rounds = readRounds(campaign);

/** Counted line by line: the complete rounds of a cell, those flagged, and the largest share. */
function counted(runtime: string, concurrency: number) {
  const lines = readFileSync(join(campaign, "events.ndjson"), "utf8").trim().split("\n");
  const own = lines
    .map(line => JSON.parse(line))
    .filter(each => each.event === "round" && !each.warmup && each.makespanMs !== null)
    .filter(each => each.runtime === runtime && each.concurrency === concurrency);
  const flagged = own.filter(({ flags }) => flags.includes("disk")).length;
  return [runtime, concurrency, own.length, flagged, Math.max(...own.map(({ diskShare }) => diskShare))];
}

test("a row per cell: the rounds, those with the flag, and the largest share of a round", () => {
  const rows = diskTable(rounds);
  assert.equal(
    rows.map(each => [each.runtime, each.concurrency, each.rounds, each.flagged, each.largestShare]),
    ["runc", "crun", "runsc"].flatMap(runtime => [1, 10, 20].map(clients => counted(runtime, clients))),
  );
  assert.ok(rows.some(({ flagged }) => flagged > 0));
});

test("the CSV has a line per cell", () => {
  const row = { run: "r", experiment: "time", runtime: "runc", density: 0, concurrency: 10 } as const;
  assert.is(
    diskCsv([{ ...row, rounds: 6, flagged: 1, fraction: 1 / 6, largestShare: 0.21949 }]),
    "runtime,density,concurrency,rounds,flagged,fraction,largest_share\nrunc,0,10,6,1,0.167,0.219\n",
  );
});

test("a campaign that did not record waits for disks has no table", () => {
  assert.equal(diskTable(rounds.map(({ diskShare: _, ...round }) => round)), []);
});

test.run();
