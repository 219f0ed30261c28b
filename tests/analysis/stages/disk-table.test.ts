import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { diskCsv, diskTable, readRounds } from "../../../src/analysis/stages/index.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("how often rounds waited for a disk");
const rounds = readRounds(join(projectRoot, "raw/cold-start-node"));

// counted by hand (python3) in raw/cold-start-node/events.ndjson
test("a row per cell: the rounds, those with the flag, and the largest share of a round", () => {
  const rows = diskTable(rounds);
  assert.equal(
    rows.map(({ runtime, concurrency, rounds, flagged }) => [runtime, concurrency, rounds, flagged]),
    ["runc", "crun", "runsc"].flatMap(runtime =>
      [1, 10, 20].map(clients => [runtime, clients, 6, runtime === "runc" && clients === 10 ? 1 : 0]),
    ),
  );
  assert.match(diskCsv(rows), "\nrunc,0,10,6,1,0.167,0.219\n");
});

test("a campaign that did not record it has no table", () => {
  assert.equal(diskTable(rounds.map(({ diskShare: _, ...round }) => round)), []);
});

test.run();
