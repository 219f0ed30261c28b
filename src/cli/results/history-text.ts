import { withInterval } from "../../analysis/claims/text.js";
import type { CellHistory, History } from "../../analysis/compare/index.js";
import { percentOf } from "../../model/percent.js";
import { textTable, wrap } from "../../model/text-table.js";
import { cellName, confoundTexts, metricNames, verdictWord } from "./cell-words.js";

const width = 100;
/** Maximum width of the trend in columns; if there are more campaigns, the latest are shown. */
const widestTrend = 32;

/**
 * Returns a history as text for a terminal, at most 100 columns wide: a line for each cell, then the changes, then the campaigns.
 *
 * @param bars whether a bar for each campaign shows the values of a cell
 */
export function historyText(history: History, bars: boolean): readonly string[] {
  const { metric, share, campaigns, cells } = history;
  const fired = cells.flatMap(({ changes }) => changes).filter(({ direction }) => direction === "slower").length;
  const changes = cells.flatMap(cell => changeLines(cell, history));
  const rows = cells.map(cell => rowOf(cell, bars));
  const headings = ["", ...(bars ? ["trend"] : []), "n", "first", "last", "last / first", "changes at"];
  const numbers = bars ? [2, 3, 4, 5] : [1, 2, 3, 4];
  return [
    ...wrap(
      `${metricNames[metric]}, over ${campaigns.length} campaigns: the gate slower:${percentOf(share)}% ${fires(fired)}.`,
      width,
    ),
    "",
    ...textTable([headings, ...rows], numbers),
    "",
    ...(changes.length === 0 ? [] : [...changes, ""]),
    "campaigns",
    ...textTable(
      campaigns.map(({ name, startedAt }, index) => [
        String(index + 1),
        startedAt === null ? "no date" : startedAt.slice(0, 16).replace("T", " "),
        name,
      ]),
      [0],
    ).map(line => `  ${line}`.slice(0, width)),
  ];
}

function rowOf(cell: CellHistory, bars: boolean): readonly string[] {
  const means = cell.values.flatMap(side => (side === null || side.mean === null ? [] : [side.mean]));
  const [first, last] = [means[0], means.at(-1)];
  const value = (number: number | undefined) => (number === undefined ? "–" : withInterval(number, null));
  const ratio = first !== undefined && last !== undefined && first > 0 ? last / first : undefined;
  return [
    cellName(cell),
    ...(bars ? [trendOf(cell.values.map(side => side?.mean ?? null).slice(-widestTrend))] : []),
    String(means.length),
    value(first),
    value(last),
    value(ratio),
    cell.changes.map(({ at, direction }) => `${at + 1} ${verdictWord(cell.metric, direction)}`).join(", ") || "none",
  ];
}

/** Returns the lines about each change of a cell. */
function changeLines(cell: CellHistory, { campaigns }: History): readonly string[] {
  return cell.changes.flatMap(({ at, since, direction, ratio, interval, confounds }) => {
    const size = ratio === null ? "cold starts failed" : `${withInterval(ratio, interval)} times campaign ${since + 1}`;
    const differs = confoundTexts(confounds, [`campaign ${since + 1}`, `campaign ${at + 1}`]).join(" ");
    const what = `${cellName(cell)}: ${verdictWord(cell.metric, direction)} at ${at + 1} (${campaigns[at]!.name})`;
    return wrap(`${what}, ${size}. ${differs}`, width, "  ");
  });
}

const steps = "▁▂▃▄▅▆▇█";

/**
 * Returns a bar for each value, the lowest bar for the smallest value, and a gap for a missing one. Values that vary by less than
 * 10 % are not stretched to the full height.
 *
 * @example trendOf([100, 150, null, 200]) // "▁▅ █"
 */
export function trendOf(values: readonly (number | null)[]): string {
  const known = values.filter(value => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const reach = Math.max(high - low, 0.1 * high) || 1;
  return values
    .map(value => (value === null ? " " : steps[Math.round(((value - low) / reach) * (steps.length - 1))]!))
    .join("");
}

const fires = (n: number) =>
  n === 0 ? "would never have fired" : `would have fired ${n === 1 ? "once" : `${n} times`}`;
