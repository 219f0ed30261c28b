import { withInterval } from "../../analysis/claims/text.js";
import type { ComparedCell, Comparison, Metric } from "../../analysis/compare/index.js";
import { type Confound, describeConfound } from "../../analysis/confounds.js";
import { textTable, wrap } from "../../model/text-table.js";

const width = 100;
/** The compared quantity, with its unit. */
export const metricNames: Readonly<Record<Metric, string>> = {
  time: "makespan, ms",
  cpu: "CPU per sandbox, ms",
  memory: "PSS per sandbox, KiB",
};
/** Returns the measured quantity: a request for jobs of fio, a phase for control groups and root file systems. */
function metricName(metric: Metric, cells: readonly ComparedCell[]): string {
  if (metric !== "time" || cells.some(({ operation }) => operation === undefined)) return metricNames[metric];
  const requests = cells.filter(({ experiment }) => experiment === "io").length;
  if (requests === 0) return "time until the last is done, ms";
  return requests === cells.length ? "time of a request, ms" : "time of a request, or until the last is done, ms";
}
const headings = ["", "A", "B", "B / A", "p", "verdict"];

/**
 * Returns a comparison as text for a terminal, at most 100 columns wide: a table for each metric, with its cells in the grid's
 * order.
 *
 * @param bars whether a bar beside each ratio shows how far it is from 1, if the table leaves room for it
 */
export function comparisonText(comparison: Comparison, bars: boolean): readonly string[] {
  const notes = new Map<string, string>();
  return [
    ...definitionLines(comparison).flatMap(line => wrap(line, width, "  ")),
    ...wrap(`B = ${comparison.b} against A = ${comparison.a}: ${summary(comparison)}.`, width),
    ...circumstances(comparison).flatMap(line => wrap(line, width, "  ")),
    ...metricsOf(comparison).flatMap(({ metric, cells }) => [
      "",
      metricName(metric, cells),
      ...metricTable(cells, notes, bars),
    ]),
    ...legend(comparison.cells, notes),
  ];
}

/** Returns what the tables' last two columns mean, after an empty line; nothing if the tables do not have them. */
function legend(cells: readonly ComparedCell[], notes: ReadonlyMap<string, string>): readonly string[] {
  const needs = cells.some(({ roundsNeeded }) => roundsNeeded !== null);
  return [
    ...(notes.size === 0 && !needs ? [] : [""]),
    ...(needs ? ["needs: number of rounds on either side that would probably decide the cell"] : []),
    ...[...notes].flatMap(([note, letter]) => wrap(`${letter}  ${note}`, width, "   ")),
  ];
}

/** Returns a comparison as Markdown for a pull request: decided cells as tables, the others folded. */
export function comparisonMarkdown(comparison: Comparison): readonly string[] {
  const tables = (wanted: (cell: ComparedCell) => boolean) =>
    metricsOf(comparison).flatMap(({ metric, cells }) => {
      const own = cells.filter(wanted);
      return own.length === 0 ? [] : [...markdownTable(metricName(metric, own), own), ""];
    });
  const decided = ({ verdict }: ComparedCell) => verdict === "slower" || verdict === "faster";
  const others = comparison.cells.filter(cell => !decided(cell));
  return [
    `### ${comparison.b} against ${comparison.a}: ${comparison.verdict}`,
    "",
    ...definitionLines(comparison).flatMap(line => [`**${line}**`, ""]),
    `${summary(comparison)}.`,
    "",
    ...circumstances(comparison).map(line => `- ${line}`),
    "",
    ...tables(decided),
    `<details><summary>${others.length} cells that are the same or undecided</summary>`,
    "",
    ...tables(cell => !decided(cell)),
    "</details>",
  ];
}

/**
 * Returns the comparison of RunPodSandbox, the call that a cluster and a bare node have in common, as further lines; none without
 * cells.
 *
 * @param markdown whether the lines are for a pull request instead of a terminal
 */
export function sandboxText(cells: readonly ComparedCell[], markdown: boolean): readonly string[] {
  const what = "RunPodSandbox, ms (on a cluster by its kubelets' counters)";
  if (cells.length === 0) return [];
  if (markdown) return ["", ...markdownTable(what, cells)];
  const notes = new Map<string, string>();
  return ["", what, ...metricTable(cells, notes, false), ...legend(cells, notes)];
}

/**
 * Returns a cell's name without its metric.
 *
 * @example cellName({ runtime: "crun", experiment: "density", density: 100, concurrency: 10, memory: null }) // "crun, 10 on top of 100"
 */
export function cellName({
  runtime,
  experiment,
  density,
  concurrency,
  memory,
  operation,
}: Pick<ComparedCell, "runtime" | "experiment" | "density" | "concurrency" | "memory" | "operation">): string {
  if (experiment === "memory") return `${runtime}, ${memory} MB at ${density}`;
  if (experiment === "io") return `${runtime}, ${operation}, ${concurrency} at once`;
  if (experiment === "rootfs") return `${runtime}, ${operation} at once`;
  if (experiment === "cgroups") {
    const threads = `${runtime}, ${operation} by ${concurrency}`;
    return density === 0 ? threads : `${threads} on top of ${density}`;
  }
  return `${runtime}, ${concurrency}${experiment === "time" ? " at once" : ` on top of ${density}`}`;
}

function markdownTable(what: string, cells: readonly ComparedCell[]): readonly string[] {
  const row = (values: readonly string[]) => `| ${values.map(value => value.replaceAll("|", "\\|")).join(" | ")} |`;
  const notes = ({ caveat, roundsNeeded }: ComparedCell) =>
    [caveat, roundsNeeded === null ? null : `${roundsNeeded} rounds would decide it`].filter(note => note !== null);
  const line = (cell: ComparedCell) => [
    ...columnsOf(cell).slice(0, 5),
    [verdictWord(cell.metric, cell.verdict), ...notes(cell)].join(", "),
  ];
  return [row([what, ...headings.slice(1)]), "|---|--:|--:|---|--:|---|", ...cells.map(cell => row(line(cell)))];
}

function metricTable(cells: readonly ComparedCell[], notes: Map<string, string>, bars: boolean): readonly string[] {
  const noted = cells.map(({ caveat }) => (caveat === null ? "" : noteLetter(caveat, notes)));
  const needed = cells.map(({ roundsNeeded }) => (roundsNeeded === null ? "" : String(roundsNeeded)));
  const extra = [...(needed.some(text => text !== "") ? [["needs", ...needed]] : []), ["", ...noted]];
  const rows = [headings, ...cells.map(columnsOf)].map((columns, line) => [
    ...columns,
    ...extra.map(column => column[line] ?? ""),
  ]);
  const right = [1, 2, 4, ...(extra.length === 2 ? [6] : [])];
  const plain = textTable(rows, right);
  const room = width - Math.max(...plain.map(line => line.length)) - 2;
  if (!bars || room < 5) return plain;
  const strips = barsOf(cells, Math.min(21, room));
  return textTable(
    rows.map((columns, line) => [
      ...columns.slice(0, 4),
      line === 0 ? "" : (strips[line - 1] ?? ""),
      ...columns.slice(4),
    ]),
    right.map(column => (column >= 4 ? column + 1 : column)),
  );
}

function columnsOf(cell: ComparedCell): readonly string[] {
  const { metric, a, b, ratio, interval, p, verdict } = cell;
  const value = (number: number | null) => (number === null ? "–" : withInterval(number, null));
  return [
    cellName(cell),
    value(a.mean),
    value(b.mean),
    ratio === null ? "–" : withInterval(ratio, interval),
    p === null ? "–" : p < 0.001 ? "<0.001" : p.toFixed(3),
    verdictWord(metric, verdict),
  ];
}

/**
 * Returns one bar per ratio, from 1 in the middle to the left for smaller and to the right for larger ratios, on a logarithmic
 * scale that the ratio farthest from 1 fills.
 *
 * @example barsOf([{ ratio: 0.5 }, { ratio: 1 }, { ratio: 2 }], 5) // ["▇▇│  ", "  │  ", "  │▇▇"]
 */
export function barsOf(cells: readonly Pick<ComparedCell, "ratio">[], columns: number): readonly string[] {
  const half = Math.floor((columns - 1) / 2);
  const reach = Math.max(Math.log(1.05), ...cells.map(({ ratio }) => (ratio === null ? 0 : Math.abs(Math.log(ratio)))));
  return cells.map(({ ratio }) => {
    const length = ratio === null ? 0 : Math.round((half * Math.log(ratio)) / reach);
    const side = (fill: number) => "▇".repeat(Math.max(0, fill));
    return `${side(-length).padStart(half)}│${side(length).padEnd(half)}`;
  });
}

function noteLetter(note: string, notes: Map<string, string>): string {
  const letter = notes.get(note) ?? `[${notes.size + 1}]`;
  notes.set(note, letter);
  return letter;
}

const definitionLines = ({ definitions }: Comparison): readonly string[] =>
  definitions === null
    ? []
    : [
        `A and B measure different things: A ${definitions.a}, B ${definitions.b}. Their ratio does not compare speeds.`,
      ];

const metricsOf = ({ cells }: Comparison) =>
  (["time", "cpu", "memory"] as const).flatMap(metric => {
    const own = cells.filter(cell => cell.metric === metric);
    return own.length === 0 ? [] : [{ metric, cells: own }];
  });

function summary(comparison: Comparison): string {
  const { verdict, runtimes, rehearsal, tolerance } = comparison;
  const metrics = metricsOf(comparison).map(({ metric, cells }) => {
    const words = (["faster", "slower", "same", "undecided"] as const).flatMap(word => {
      const count = cells.filter(cell => cell.verdict === word).length;
      return count === 0 ? [] : `${count} ${verdictWord(metric, word)}`;
    });
    return `${metric} ${words.join(", ")}`;
  });
  const each = runtimes.length < 2 ? [] : [runtimes.map(own => `${own.b} ${own.verdict}`).join(", ")];
  const percent = Number((100 * tolerance).toPrecision(6));
  return [
    `${rehearsal ? "rehearsal, not measured: " : ""}${verdict}`,
    ...each,
    ...metrics,
    `the same means within ${percent} %`,
  ].join("; ");
}

function circumstances({ confounds, unmatched, cells }: Comparison): readonly string[] {
  const alone = [`${unmatched.a} cells of A`, `${unmatched.b} of B`].filter(
    (_, i) => (i === 0 ? unmatched.a : unmatched.b) > 0,
  );
  const paired = cells.some(({ method }) => method === "paired blocks");
  return [
    ...confoundTexts(confounds),
    ...(paired ? ["Compared block by block: the runtimes took turns within the blocks of one campaign."] : []),
    ...(alone.length === 0 ? [] : [`Without a partner: ${alone.join(", ")}.`]),
  ];
}

/** Returns what differs: in full if both sides recorded it, by name if one of them did not. */
export function confoundTexts(
  confounds: readonly Confound[],
  [nameA, nameB]: readonly [string, string] = ["A", "B"],
): readonly string[] {
  if (confounds.length === 0) return ["Nothing recorded differs between the runs."];
  const told = ({ a, b }: Confound) => a !== null && b !== null;
  const clipped = (text: string | null) => (text !== null && text.length > 60 ? `${text.slice(0, 57)}...` : text);
  const differing = confounds.filter(told).map(({ what, a, b }) => ({ what, a: clipped(a), b: clipped(b) }));
  const unknown = (side: "a" | "b", name: string) => {
    const names = [...new Set(confounds.filter(each => each[side] === null).map(({ what }) => what))];
    return names.length === 0 ? [] : [`Not recorded for ${name}: ${names.join(", ")}.`];
  };
  return [
    ...(differing.length === 0 ? [] : [`Also different: ${differing.map(describeConfound).join("; ")}.`]),
    ...unknown("a", nameA),
    ...unknown("b", nameB),
  ];
}

/** Returns the word for a verdict: less or more for CPU and memory, faster or slower for time. */
export function verdictWord(metric: Metric, verdict: ComparedCell["verdict"]): string {
  if (metric === "time") return verdict;
  return verdict === "faster" ? "less" : verdict === "slower" ? "more" : verdict;
}
