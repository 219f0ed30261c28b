import { csvText } from "../../campaign-files/csv.js";
import type { RoundEvent } from "../../campaign-files/index.js";
import { cellsOf, type LatencyRow, placeOf } from "./latency-table.js";

/** The complete rounds of a cell that waited for a disk. */
export interface DiskRow extends Pick<LatencyRow, "run" | "experiment" | "runtime" | "density" | "concurrency"> {
  /** Number of rounds for which the wait for a disk was recorded. */
  readonly rounds: number;
  /** Number of rounds with the flag `disk`, in which the wait may explain the time. */
  readonly flagged: number;
  readonly fraction: number;
  /** The largest share of a round in which some task waited for a disk. */
  readonly largestShare: number;
}

/** Returns the number of rounds that waited for a disk, a row for each cell; empty if the campaign did not record it. */
export function diskTable(rounds: readonly RoundEvent[]): readonly DiskRow[] {
  return cellsOf(rounds).flatMap(cell => {
    const known = cell.filter(({ diskShare }) => diskShare !== undefined);
    if (known.length === 0) return [];
    const flagged = known.filter(({ flags }) => flags.includes("disk")).length;
    return [
      {
        ...placeOf(cell[0]!),
        rounds: known.length,
        flagged,
        fraction: flagged / known.length,
        largestShare: Math.max(...known.map(({ diskShare = 0 }) => diskShare)),
      },
    ];
  });
}

/** Returns the disk table as CSV, `disk.csv`. */
export function diskCsv(rows: readonly DiskRow[]): string {
  const header = ["runtime", "density", "concurrency", "rounds", "flagged", "fraction", "largest_share"];
  const lines = rows.map(({ runtime, density, concurrency, rounds, flagged, fraction, largestShare }) => [
    ...[runtime, density, concurrency, rounds, flagged, fraction.toFixed(3), largestShare.toFixed(3)],
  ]);
  return csvText([header, ...lines]);
}
