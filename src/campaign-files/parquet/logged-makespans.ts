import { discoverRuns, ProblemList, readCells } from "../../logs/index.js";

/** Returns the key of a cell in the result of `loggedMakespans`. */
export const cellKey = (run: string, density: number, concurrency: number): string =>
  `${run}/${density}/${concurrency}`;

/**
 * Reads the makespans that the tables average: in whole milliseconds, from the client logs. They are not computed from the
 * journal, because their rounding depends on the version that recorded them.
 *
 * @returns for each cell, the makespans of its complete rounds in order
 */
export function loggedMakespans(campaign: string): ReadonlyMap<string, readonly number[]> {
  const problems = new ProblemList();
  const found = new Map<string, readonly number[]>();
  for (const folder of discoverRuns(campaign, problems)) {
    if (folder.experiment === "memory") continue;
    for (const cell of readCells(folder, problems)) {
      if (cell.kind !== "starts") continue;
      const { rounds, clients, startMs, endMs } = cell.columns;
      const spans = Array.from({ length: rounds }, (_, round) => {
        const own = [round * clients, (round + 1) * clients] as const;
        return Math.max(...endMs.subarray(...own)) - Math.min(...startMs.subarray(...own));
      });
      found.set(cellKey(folder.name, cell.density, cell.concurrency), spans);
    }
  }
  return found;
}
