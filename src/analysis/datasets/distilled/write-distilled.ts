import { type CsvValue, csvText } from "../../../campaign-files/csv.js";
import { byText } from "../../../model/order.js";
import type { Dataset, StartCell } from "../dataset.js";
import { type DistilledTable, distilledColumns, type distilledFiles, percents } from "./distilled.js";

/**
 * Returns a dataset's distilled files, as name → text. The order in which its runs were read does not change the bytes,
 * because rows are sorted by run and cell.
 */
export function distill(dataset: Dataset): Readonly<Record<(typeof distilledFiles)[number], string>> {
  const runs = [...dataset.runs].sort((a, b) => byText(a.run, b.run));
  const starts = [...dataset.starts].sort(
    (a, b) => byText(a.run, b.run) || a.density - b.density || a.concurrency - b.concurrency,
  );
  const memory = [...dataset.memory].sort(
    (a, b) => byText(a.run, b.run) || a.memoryMb - b.memoryMb || a.density - b.density,
  );
  return {
    "published.csv": csv(
      "published",
      dataset.published.map(({ table, row, column, value }) => [table, row, column, value]),
    ),
    "runs.json": `${JSON.stringify(runs, null, 2)}\n`,
    "rounds.csv": csv("rounds", starts.flatMap(roundRows)),
    "latency.csv": csv(
      "latency",
      starts.map(cell => [
        ...[...keyOf(cell), cell.samples],
        ...percents.map((_, percent) => cell.latencyQuantiles[percent] ?? null),
      ]),
    ),
    "memory.csv": csv(
      "memory",
      memory.flatMap(({ run, runtime, memoryMb, density, components }) =>
        components.map(({ component, processes, ussKiB, pssKiB, rssKiB, vssKiB }): CsvValue[] => [
          run,
          runtime,
          memoryMb,
          density,
          component,
          processes,
          ussKiB,
          pssKiB,
          rssKiB,
          vssKiB,
        ]),
      ),
    ),
  };
}

const keyOf = ({ run, experiment, runtime, density, concurrency }: StartCell): CsvValue[] => [
  run,
  experiment,
  runtime,
  density,
  concurrency,
];

const roundRows = (cell: StartCell): CsvValue[][] =>
  cell.rounds.map(round => [
    ...keyOf(cell),
    round.round,
    round.clients,
    round.makespanMs,
    round.startSkewMs,
    round.latencyMeanMs,
    round.latencyP50Ms,
    round.latencyP90Ms,
    round.latencyP99Ms,
    round.latencyMaxMs,
    round.busyJiffies,
    round.totalJiffies,
  ]);

const csv = (table: DistilledTable, rows: readonly (readonly CsvValue[])[]): string =>
  csvText([distilledColumns(table), ...rows]);
