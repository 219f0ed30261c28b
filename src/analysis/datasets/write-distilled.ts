import type { Dataset, StartCell } from "./dataset.js";
import { type DistilledTable, distilledColumns, type distilledFiles } from "./distilled.js";

type Value = string | number | null;

/**
 * Returns a dataset's distilled files, as name → text. The same dataset gives the same bytes, whatever the order its runs were
 * read in: rows are sorted by run and cell.
 */
export function distill(dataset: Dataset): Readonly<Record<(typeof distilledFiles)[number], string>> {
  const runs = [...dataset.runs].sort((a, b) => compare(a.run, b.run));
  const starts = [...dataset.starts].sort(
    (a, b) => compare(a.run, b.run) || a.density - b.density || a.concurrency - b.concurrency,
  );
  const memory = [...dataset.memory].sort(
    (a, b) => compare(a.run, b.run) || a.memoryMb - b.memoryMb || a.density - b.density,
  );
  const published = [...dataset.published];
  return {
    "published.csv": csv(
      "published",
      published.map(({ table, row, column, value }) => [table, row, column, value]),
    ),
    "runs.json": `${JSON.stringify(runs, null, 2)}\n`,
    "rounds.csv": csv("rounds", starts.flatMap(roundRows)),
    "latency.csv": csv(
      "latency",
      starts.map(cell => [...keyOf(cell), cell.samples, ...cell.latencyQuantiles]),
    ),
    "memory.csv": csv(
      "memory",
      memory.flatMap(({ run, runtime, memoryMb, density, components }) =>
        components.map(({ component, processes, ussKiB, pssKiB, rssKiB, vssKiB }): Value[] => [
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

const keyOf = ({ run, experiment, runtime, density, concurrency }: StartCell): Value[] => [
  run,
  experiment,
  runtime,
  density,
  concurrency,
];

const roundRows = (cell: StartCell): Value[][] =>
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

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Numbers are written as the shortest text that reads back as the same float64; an absent value is an empty field. */
function csv(table: DistilledTable, rows: readonly (readonly Value[])[]): string {
  const line = (values: readonly Value[]) => `${values.map(field).join(",")}\n`;
  return line(distilledColumns[table]) + rows.map(line).join("");
}

const field = (value: Value): string => {
  const text = value === null ? "" : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
