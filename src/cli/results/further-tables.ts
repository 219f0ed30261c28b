import { fitsCsv } from "../../analysis/capacity/index.js";
import type { Dataset } from "../../analysis/datasets/index.js";
import { memoryByNode, nodeClocks, nodeMemoryCsv, nodesCsv, nodeTable } from "../../analysis/nodes/index.js";
import { rateResults, ratesCsv } from "../../analysis/rates/index.js";
import {
  diskCsv,
  diskTable,
  latencyCsv,
  latencyTable,
  type readRoundsAndWindows,
  removalTable,
} from "../../analysis/stages/index.js";
import { ioCsv, ioTable, operationsCsv, operationTable } from "../../analysis/tables/index.js";
import { groupBy } from "../../model/group-by.js";

/** A table as a CSV file; the name is without `.csv`. */
export interface CsvFile {
  readonly name: string;
  readonly text: string;
}

/**
 * Returns the tables that `analyze` computes besides the paper's, as fields of the JSON document and as CSV files.
 *
 * @param events the events in the journals of the folders that are campaigns
 * @param asOne whether the dataset is one plan that was measured on several machines
 */
export function furtherTables(dataset: Dataset, events: ReturnType<typeof readRoundsAndWindows>, asOne: boolean) {
  const rounds = events.flatMap(event => (event.event === "round" ? [event] : []));
  const results = rateResults(dataset.arrivals ?? [], null);
  const tables = {
    latencies: latencyTable(rounds),
    removals: removalTable(rounds),
    disk: diskTable(rounds),
    nodes: nodeTable(events),
    nodeMemory: asOne ? memoryByNode(dataset) : [],
    nodeClocks: nodeClocks(events),
    arrivals: Object.fromEntries(groupBy(results, ({ runtime }) => runtime)),
    fits: dataset.fits ?? [],
    operations: operationTable(dataset.operations ?? []),
    io: ioTable(dataset),
  };
  const files: readonly CsvFile[] = [
    ...csvFiles(tables.latencies, ({ experiment }) => `latency_${experiment}`, latencyCsv),
    ...csvFiles(tables.removals, () => "removal", latencyCsv),
    ...csvFiles(tables.disk, () => "disk", diskCsv),
    ...csvFiles(
      tables.nodes,
      () => "nodes",
      rows => nodesCsv(rows, declaredOverheads(dataset)),
    ),
    ...csvFiles(tables.nodeMemory, () => "memory_nodes", nodeMemoryCsv),
    ...csvFiles(results, ({ runtime }) => `arrivals_${runtime}`, ratesCsv),
    ...csvFiles(tables.fits, () => "fit", fitsCsv),
    ...csvFiles(tables.operations, ({ experiment }) => `operations_${experiment}`, operationsCsv),
    ...csvFiles(tables.io, () => "io", ioCsv),
  ];
  return { tables, files };
}

/** Returns a file for each name among the rows, in the order in which the names appear. */
const csvFiles = <Row>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
  csv: (rows: readonly Row[]) => string,
): readonly CsvFile[] => [...groupBy(rows, nameOf)].map(([name, own]) => ({ name, text: csv(own) }));

/** Returns the memory overhead that the RuntimeClass of each run declares. */
const declaredOverheads = ({ runs }: Dataset): ReadonlyMap<string, string> =>
  new Map(
    runs.flatMap(({ run, config: { overheadMemory } }) =>
      typeof overheadMemory === "string" ? [[run, overheadMemory] as const] : [],
    ),
  );
