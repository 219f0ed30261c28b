import { csvText } from "../../campaign-files/csv.js";
import type { Dataset, StartCell } from "../datasets/dataset.js";

/** A table of imported results, for which the paper has no equivalent; empty values are null. */
export interface ImportedTable {
  readonly name: "latency" | "rate";
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

const latencyColumns = ["run", "runtime", "concurrency", "samples", "failed", "mean", "p50", "p90", "p99", "max"];

/**
 * Returns the tables of imported results: `latency`, in ms over all samples that became ready, and `rate`, for tools that
 * report only a rate; empty for our own campaigns.
 */
export function importedTables({ runs, starts, rates = [] }: Dataset): readonly ImportedTable[] {
  const imported = new Set(runs.filter(({ definition }) => definition !== undefined).map(({ run }) => run));
  const latency = starts.filter(({ run }) => imported.has(run)).map(latencyRow);
  const runtimeOf = (name: string) => runs.find(({ run }) => run === name)?.runtime ?? name;
  const rate = rates.map(({ run, perSecond, total, seconds }) => [run, runtimeOf(run), perSecond, total, seconds]);
  const tables: readonly ImportedTable[] = [
    { name: "latency", columns: latencyColumns, rows: latency },
    { name: "rate", columns: ["run", "runtime", "containers_per_second", "total", "seconds"], rows: rate },
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

/** Returns an imported table as CSV. */
export const importedCsv = ({ columns, rows }: ImportedTable): string => csvText([columns, ...rows]);

function latencyRow({ run, runtime, concurrency, samples, failed, latencyMeanMs = null, latencyQuantiles }: StartCell) {
  const at = (percent: number) => latencyQuantiles[percent] ?? null;
  return [run, runtime, concurrency, samples, failed, latencyMeanMs, at(50), at(90), at(99), at(100)];
}
