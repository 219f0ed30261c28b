import { byText } from "../model/order.js";
import { byRuntime } from "../model/runtimes.js";

/**
 * Compares two cells for the rows of a table: by runtime, background density, concurrency and run.
 *
 * @example [{ runtime: "rund", density: 0, concurrency: 10 }, { runtime: "kata", density: 100, concurrency: 1 }].sort(byGrid)[0].runtime // "kata"
 */
export function byGrid(a: GridPoint, b: GridPoint): number {
  return (
    byRuntime(a.runtime, b.runtime) ||
    a.density - b.density ||
    (a.concurrency ?? 0) - (b.concurrency ?? 0) ||
    byText(a.run ?? "", b.run ?? "")
  );
}

interface GridPoint {
  readonly runtime: string;
  readonly density: number;
  readonly concurrency: number | null;
  readonly run?: string;
}
