import { Command } from "commander";
import { withInterval } from "../analysis/claims/text.js";
import { type ComparedCell, type Comparison, compare, stoppedBy } from "../analysis/compare/index.js";
import { describeConfound } from "../analysis/confounds.js";
import { loadDataset } from "../analysis/datasets/index.js";
import { LabError } from "../model/errors.js";
import { type Io, note, print, printJson } from "./io.js";
import { textTable, wrap } from "./text-table.js";

interface Options {
  readonly failOn?: number;
  readonly strict?: boolean;
  readonly markdown?: boolean;
  readonly allowReplay?: boolean;
  readonly json?: boolean;
}

export default (io: Io): Command =>
  new Command("compare")
    .description(
      "Compares campaign B with campaign A, cell by cell: makespan, CPU and memory per sandbox. Two cells are the same where the 90 % interval of their ratio lies within ± 5 %, or less where --fail-on is stricter.",
    )
    .argument("<a>", "the campaign to compare with: paper_data, ae_data or a folder")
    .argument("<b>", "the campaign that is judged")
    .option(
      "--fail-on <rule>",
      "such as slower:5%: exit 1 if a cell's corrected lower limit is above that",
      gatePercent,
    )
    .option("--strict", "exit 1 if a time cell is undecided, too")
    .option("--markdown", "a summary for a pull request")
    .option("--allow-replay", "compare replayed runs, as a rehearsal")
    .option("--json", "one JSON document")
    .action(async (a: string, b: string, options: Options) => {
      const [first, second] = [await loadDataset(a, io.cwd), await loadDataset(b, io.cwd)];
      const comparison = compare(first, second, {
        tolerance: Math.min(0.05, options.failOn ?? 1),
        allowReplay: options.allowReplay === true,
      });
      if (options.json === true) printJson(io, comparison);
      else print(io, `${(options.markdown === true ? markdown : text)(comparison).join("\n")}\n`);
      if (comparison.rehearsal) note(io, "a rehearsal: at least one of the runs was replayed, not measured");
      applyGate(comparison, options);
    });

/** `slower:5%` → 0.05. */
function gatePercent(rule: string): number {
  const percent = Number(/^slower:(\d+(?:\.\d+)?)%$/.exec(rule)?.[1]);
  if (percent > 0 && percent < 100) return percent / 100;
  throw new LabError("RUND_GATE", "usage", "", {
    where: "--fail-on",
    expected: "slower: and a percentage above 0 and below 100, such as slower:5%",
    found: `"${rule}"`,
  });
}

/** @throws LabError `RUND_SLOWER` or `RUND_UNDECIDED` of kind `check` */
function applyGate(comparison: Comparison, { failOn, strict }: Options): void {
  if (failOn !== undefined) {
    const stopped = stoppedBy(comparison, failOn);
    if (stopped.length > 0) {
      throw new LabError("RUND_SLOWER", "check", `slower by more than ${100 * failOn} %: ${list(stopped)}`, {
        where: comparison.b,
      });
    }
  }
  const undecided = comparison.cells.filter(({ metric, verdict }) => metric === "time" && verdict === "undecided");
  if (strict === true && undecided.length > 0) {
    const rounds = Math.max(...undecided.map(({ roundsNeeded }) => roundsNeeded ?? 0));
    throw new LabError("RUND_UNDECIDED", "check", `undecided (--strict): ${list(undecided)}`, {
      where: comparison.b,
      ...(rounds === 0 ? {} : { hint: `${rounds} rounds on either side are likely to decide every one of them` }),
    });
  }
}

const list = (cells: readonly ComparedCell[]) =>
  cells.slice(0, 5).map(cellName).join("; ") + (cells.length > 5 ? `; and ${cells.length - 5} more` : "");

const headings = ["", "cell", "A", "B", "B / A", "p", "verdict"];
const metricNames = { time: "makespan, ms", cpu: "CPU per sandbox, ms", memory: "PSS per sandbox, KiB" } as const;

function text(comparison: Comparison): readonly string[] {
  const rows = comparison.cells.map(cells);
  return [
    ...wrap(`B = ${comparison.b} against A = ${comparison.a}: ${summary(comparison)}.`, 100),
    ...circumstances(comparison).flatMap(line => wrap(line, 100, "  ")),
    "",
    ...textTable([headings, ...rows], [2, 3, 5]),
  ];
}

function markdown(comparison: Comparison): readonly string[] {
  const row = (values: readonly string[]) => `| ${values.map(value => value.replaceAll("|", "\\|")).join(" | ")} |`;
  const decided = comparison.cells.filter(({ verdict }) => verdict === "slower" || verdict === "faster");
  const others = comparison.cells.filter(cell => !decided.includes(cell));
  const table = (own: readonly ComparedCell[]) =>
    own.length === 0 ? [] : [row(headings), "|---|---|--:|--:|---|--:|---|", ...own.map(cell => row(cells(cell)))];
  return [
    `### ${comparison.b} against ${comparison.a}: ${comparison.verdict}`,
    "",
    `${summary(comparison)}.`,
    "",
    ...circumstances(comparison).map(line => `- ${line}`),
    "",
    ...table(decided),
    "",
    `<details><summary>${others.length} cells that are the same or undecided</summary>`,
    "",
    ...table(others),
    "",
    "</details>",
  ];
}

function summary({ cells: all, verdict, rehearsal, tolerance }: Comparison): string {
  const metrics = (["time", "cpu", "memory"] as const).flatMap(metric => {
    const own = all.filter(cell => cell.metric === metric);
    const words = (["faster", "slower", "same", "undecided"] as const).flatMap(word => {
      const count = own.filter(cell => cell.verdict === word).length;
      return count === 0 ? [] : `${count} ${verdictWord(metric, word)}`;
    });
    return own.length === 0 ? [] : `${metric} ${words.join(", ")}`;
  });
  return `${rehearsal ? "rehearsal, not measured: " : ""}${verdict}; ${metrics.join("; ")}; the same means within ${Number((100 * tolerance).toPrecision(6))} %`;
}

function circumstances({ confounds, unmatched }: Comparison): readonly string[] {
  const alone = [`${unmatched.a} cells of A`, `${unmatched.b} of B`].filter(
    (_, i) => (i === 0 ? unmatched.a : unmatched.b) > 0,
  );
  return [
    confounds.length === 0
      ? "Nothing recorded differs between the runs."
      : `Also different: ${confounds.map(describeConfound).join("; ")}.`,
    ...(alone.length === 0 ? [] : [`Without a partner: ${alone.join(", ")}.`]),
  ];
}

function cells(cell: ComparedCell): readonly string[] {
  const { metric, a, b, ratio, interval, p, verdict, roundsNeeded, caveat } = cell;
  const value = (number: number | null) => (number === null ? "–" : withInterval(number, null));
  const needed = roundsNeeded === null ? "" : `, ${roundsNeeded} rounds would tell`;
  return [
    metricNames[metric],
    cellName(cell),
    value(a.mean),
    value(b.mean),
    ratio === null ? "–" : withInterval(ratio, interval),
    p === null ? "–" : p < 0.001 ? "<0.001" : p.toFixed(3),
    `${verdictWord(metric, verdict)}${needed}${caveat === null ? "" : ` (${caveat})`}`,
  ];
}

function cellName({ runtime, experiment, density, concurrency, memory }: ComparedCell): string {
  if (experiment === "memory") return `${runtime}, ${memory} MB at ${density}`;
  return `${runtime}, ${concurrency}${experiment === "time" ? " at once" : ` on top of ${density}`}`;
}

/** Of CPU and memory one says less and more, where of time one says faster and slower. */
function verdictWord(metric: ComparedCell["metric"], verdict: ComparedCell["verdict"]): string {
  if (metric === "time") return verdict;
  return verdict === "faster" ? "less" : verdict === "slower" ? "more" : verdict;
}
