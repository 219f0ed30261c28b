import { counted } from "../../../model/counted.js";
import { groupBy } from "../../../model/group-by.js";
import type { Dataset, StartCell } from "../../datasets/dataset.js";
import { labelIn } from "../../label-in.js";
import { type CellFlags, mean } from "../../stats/index.js";
import { cellName } from "../quantities/places.js";
import type { Finding } from "./finding.js";

/** Finds runtimes with flagged first rounds, slow or quick; `flags` are those of the dataset's cells. */
export function firstRounds(dataset: Dataset, flags: readonly CellFlags[]): readonly Finding[] {
  const flagged = dataset.starts.flatMap((cell, i) => {
    const { warmUp, firstRoundRatio } = flags[i]!;
    return warmUp && firstRoundRatio !== null ? [{ cell, ratio: firstRoundRatio, quick: firstRoundRatio < 1 }] : [];
  });
  return [...groupBy(flagged, ({ cell, quick }) => `${cell.runtime} ${quick}`).values()].map(own => {
    const { cell, quick } = own[0]!;
    return {
      kind: "first round",
      text: `${labelIn(dataset, cell.runtime)}'s first round is ${quick ? "fast" : "slow"}${inCells(own)}: ${range(own.map(({ ratio }) => ratio))} times the median of the others`,
      table: {
        columns: ["cell", "first round / median of the others"],
        rows: own.map(({ cell, ratio }) => [cellName(cell), ratio]),
      },
    };
  });
}

/** Finds runtimes with flagged cells whose second half differs from their first by 5 % or more. */
export function drifts(dataset: Dataset, flags: readonly CellFlags[]): readonly Finding[] {
  const flagged = dataset.starts.flatMap((cell, i) => {
    const { drift, driftRho } = flags[i]!;
    const change = drift ? secondHalf(cell) : 0;
    return Math.abs(change) < 0.05 ? [] : [{ cell, driftRho, change, slower: change > 0 }];
  });
  return [...groupBy(flagged, ({ cell, slower }) => `${cell.runtime} ${slower}`).values()].map(own => {
    const { cell, slower } = own[0]!;
    return {
      kind: "drift",
      text: `${labelIn(dataset, cell.runtime)} gets ${slower ? "slower" : "faster"} over its rounds${inCells(own)}: the second half takes ${range(own.map(({ change }) => Math.abs(100 * change)))} % ${slower ? "longer" : "less"}`,
      table: {
        columns: ["cell", "rounds", "Spearman's ρ", "second half (%)"],
        rows: own.map(({ cell, driftRho, change }) => [cellName(cell), cell.rounds.length, driftRho, 100 * change]),
      },
    };
  });
}

/** Returns the relative difference between the mean of a cell's later rounds and that of its earlier ones. */
function secondHalf({ rounds }: StartCell): number {
  const values = rounds.map(({ makespanMs }) => makespanMs);
  const half = Math.floor(values.length / 2);
  return mean(values.slice(half)) / mean(values.slice(0, half)) - 1;
}

const inCells = (own: readonly { readonly cell: StartCell }[]): string =>
  own.length === 1 ? ` for ${startsText(own[0]!.cell)}` : ` in ${own.length} cells`;

const startsText = ({ concurrency, density }: StartCell): string =>
  `${concurrency} at once${density === 0 ? "" : ` on top of ${counted(density, "sandbox")}`}`;

/** Returns numbers as a range, to two significant digits. */
function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(value => String(Number(value.toPrecision(2))));
  return low === high ? low! : `${low} to ${high}`;
}
