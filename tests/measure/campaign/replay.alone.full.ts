import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { inTempFolder } from "../../support/temp.js";
import { replayUntilTrue } from "./replays.js";

const test = suite("every recorded cell replayed");

/** Two milliseconds of this machine may be a tenth of a cell's makespan, and each client needs two of them. */
function speedFor(makespanMs: number, clients: number): number {
  const most = Math.min(20, makespanMs / 20, makespanMs / clients / 2);
  return [20, 10, 5, 2].find(speed => speed <= most) ?? 1;
}

for (const name of ["paper_data", "ae_data"]) {
  test(`${name}: each cell has the makespan of the rounds replayed`, () =>
    inTempFolder(async folder => {
      const { starts } = await loadDataset(name);
      const cells = starts.map(({ runtime, experiment, density, concurrency, rounds }) => {
        const makespanMs = rounds.reduce((sum, round) => sum + round.makespanMs, 0) / rounds.length;
        return { runtime, experiment, density, concurrency, speed: speedFor(makespanMs, concurrency) };
      });
      const off: string[] = [];
      for (const speed of new Set(cells.map(cell => cell.speed))) {
        const own = cells.filter(cell => cell.speed === speed);
        off.push(...(await replayUntilTrue(name, own, `${folder}/${speed}`, { speed, rounds: 2, attempts: 4 })));
      }
      assert.equal(off, []);
    }));
}

test.run();
