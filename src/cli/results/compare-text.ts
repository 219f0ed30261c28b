import { withInterval } from "../../analysis/claims/text.js";
import type { ComparedCell, Comparison, Metric } from "../../analysis/compare/index.js";
import { counted } from "../../model/counted.js";
import { percentOf } from "../../model/percent.js";
import { textTable, wrap } from "../../model/text-table.js";
import { cellName, confoundTexts, metricNames, verdictWord } from "./cell-words.js";

const width = 100;

/** The cells of a table, and the quantity that they compare. */
interface Section {
  readonly what: string;
  readonly cells: readonly ComparedCell[];
}

/**
 * Returns a comparison as text for a terminal, at most 100 columns wide: a table for each metric, with its cells in the grid's
 * order.
 *
 * @param sandbox the comparison of RunPodSandbox, the call that a cluster and a bare node have in common; empty for none
 * @param bars whether a bar beside each ratio shows how far it is from 1, if the table leaves room for it
 */
export function comparisonText(
  comparison: Comparison,
  sandbox: readonly ComparedCell[],
  bars: boolean,
): readonly string[] {
  const lines = [
    ...definitionLines(comparison),
    `B = ${comparison.b} against A = ${comparison.a}: ${summary(comparison)}.`,
    ...circumstances(comparison),
  ];
  return [
    ...lines.flatMap(line => wrap(line, width, "  ")),
    ...tables(shownOf(comparison), bars),
    ...tables(sandboxSection(sandbox), false),
  ];
}

/** Returns a comparison as Markdown for a pull request: decided cells as tables, the others folded. */
export function comparisonMarkdown(comparison: Comparison, sandbox: readonly ComparedCell[]): readonly string[] {
  const isDecided = ({ verdict }: ComparedCell) => verdict === "slower" || verdict === "faster";
  const markdown = (decided: boolean) =>
    shownOf(comparison).flatMap(({ what, cells }) => {
      const own = cells.filter(cell => isDecided(cell) === decided);
      return own.length === 0 ? [] : [...markdownTable({ what, cells: own }), ""];
    });
  const others = shownOf(comparison).flatMap(({ cells }) => cells.filter(cell => !isDecided(cell)));
  return [
    `### ${comparison.b} against ${comparison.a}: ${comparison.verdict}`,
    "",
    ...definitionLines(comparison).flatMap(line => [`**${line}**`, ""]),
    `${summary(comparison)}.`,
    "",
    ...circumstances(comparison).map(line => `- ${line}`),
    "",
    ...markdown(true),
    `<details><summary>${counted(others.length, "cell")}, the same or undecided</summary>`,
    "",
    ...markdown(false),
    "</details>",
    ...sandboxSection(sandbox).flatMap(section => ["", ...markdownTable(section)]),
  ];
}

const sandboxSection = (cells: readonly ComparedCell[]): readonly Section[] =>
  cells.length === 0 ? [] : [{ what: "RunPodSandbox, ms (on a cluster by its kubelets' counters)", cells }];

const headings = ["", "A", "B", "B / A", "p", "verdict"];

/** Returns a cell's values in the order of the headings. */
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

function markdownTable({ what, cells }: Section): readonly string[] {
  const row = (values: readonly string[]) => `| ${values.map(value => value.replaceAll("|", "\\|")).join(" | ")} |`;
  const rows = cells.map(cell => {
    const needs = cell.roundsNeeded === null ? null : `${counted(cell.roundsNeeded, "round")} would decide it`;
    const columns = columnsOf(cell);
    return row([...columns.slice(0, 5), [columns[5], cell.caveat, needs].filter(text => text !== null).join(", ")]);
  });
  return [row([what, ...headings.slice(1)]), "|---|--:|--:|---|--:|---|", ...rows];
}

/** Returns a table for each section, and below them what their last two columns mean. */
function tables(sections: readonly Section[], bars: boolean): readonly string[] {
  const cells = sections.flatMap(section => section.cells);
  const caveats = [...new Set(cells.flatMap(({ caveat }) => caveat ?? []))];
  const legend = [
    ...(cells.some(({ roundsNeeded }) => roundsNeeded !== null)
      ? ["needs: number of rounds on either side that would probably decide the cell"]
      : []),
    ...caveats.flatMap((caveat, index) => wrap(`[${index + 1}]  ${caveat}`, width, "   ")),
  ];
  return [
    ...sections.flatMap(({ what, cells }) => ["", what, ...metricTable(cells, caveats, bars)]),
    ...(legend.length === 0 ? [] : ["", ...legend]),
  ];
}

function metricTable(cells: readonly ComparedCell[], caveats: readonly string[], bars: boolean): readonly string[] {
  const needs = cells.some(({ roundsNeeded }) => roundsNeeded !== null);
  const rows = [
    [...headings, ...(needs ? ["needs"] : []), ""],
    ...cells.map(cell => [
      ...columnsOf(cell),
      ...(needs ? [String(cell.roundsNeeded ?? "")] : []),
      cell.caveat === null ? "" : `[${caveats.indexOf(cell.caveat) + 1}]`,
    ]),
  ];
  const right = [1, 2, 4, ...(needs ? [6] : [])];
  const plain = textTable(rows, right);
  const room = width - Math.max(...plain.map(line => line.length)) - 2;
  if (!bars || room < 5) return plain;
  const strips = ["", ...barsOf(cells, Math.min(21, room))];
  return textTable(
    rows.map((columns, line) => [...columns.slice(0, 4), strips[line]!, ...columns.slice(4)]),
    right.map(column => (column >= 4 ? column + 1 : column)),
  );
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

const definitionLines = ({ definitions }: Comparison): readonly string[] =>
  definitions === null
    ? []
    : [
        `A and B measure different things: A ${definitions.a}, B ${definitions.b}. Their ratio does not compare speeds.`,
      ];

/** Returns the cells of each metric, and the sides without any value of it: a cluster, for example, does not record CPU. */
const metricsOf = (comparison: Comparison) =>
  (["time", "cpu", "memory"] as const).flatMap(metric => {
    const cells = comparison.cells.filter(cell => cell.metric === metric);
    const lacks = (side: "a" | "b") => metric !== "time" && cells.every(cell => cell[side].mean === null);
    const lacking = [...(lacks("a") ? ["A"] : []), ...(lacks("b") ? ["B"] : [])];
    return cells.length === 0 ? [] : [{ metric, what: quantityOf(metric, cells), cells, lacking }];
  });

/** Returns the measured quantity: the time of a request for jobs of fio, and of a phase for control groups and root file systems. */
function quantityOf(metric: Metric, cells: readonly ComparedCell[]): string {
  if (metric !== "time" || cells.some(({ operation }) => operation === undefined)) return metricNames[metric];
  const requests = cells.filter(({ experiment }) => experiment === "io").length;
  if (requests === 0) return "time until all are done, ms";
  return requests === cells.length ? "time of a request, ms" : "time of a request, or until all are done, ms";
}

/** Returns the metrics that both sides recorded. */
const shownOf = (comparison: Comparison) => metricsOf(comparison).filter(({ lacking }) => lacking.length === 0);

function summary(comparison: Comparison): string {
  const { verdict, runtimes, rehearsal, tolerance } = comparison;
  const metrics = shownOf(comparison).map(({ metric, cells }) => {
    const words = (["faster", "slower", "same", "undecided"] as const).flatMap(word => {
      const count = cells.filter(cell => cell.verdict === word).length;
      return count === 0 ? [] : `${count} ${verdictWord(metric, word)}`;
    });
    return `${metric} ${words.join(", ")}`;
  });
  return [
    `${rehearsal ? "rehearsal, not measured: " : ""}${verdict}`,
    ...(runtimes.length < 2 ? [] : [runtimes.map(own => `${own.b} ${own.verdict}`).join(", ")]),
    ...metrics,
    `the same means within ${percentOf(tolerance)} %`,
  ].join("; ");
}

function circumstances(comparison: Comparison): readonly string[] {
  const { confounds, unmatched, cells } = comparison;
  const alone = [
    ...(unmatched.a > 0 ? [`${counted(unmatched.a, "cell")} of A`] : []),
    ...(unmatched.b > 0 ? [`${counted(unmatched.b, "cell")} of B`] : []),
  ];
  const paired = cells.some(({ method }) => method === "paired blocks");
  return [
    ...confoundTexts(confounds),
    ...metricsOf(comparison).flatMap(({ metric, lacking }) =>
      lacking.length === 0 ? [] : `Not recorded for ${lacking.join(" and ")}: ${metricNames[metric].split(",")[0]}.`,
    ),
    ...(paired ? ["Compared block by block: the runtimes took turns within the blocks of one campaign."] : []),
    ...(alone.length === 0 ? [] : [`Measured on one side only: ${alone.join(", ")}.`]),
  ];
}
