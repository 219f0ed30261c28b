import { Command } from "commander";
import {
  type ClaimVerdict,
  claimedText,
  type Finding,
  findings,
  flipText,
  foundText,
  headline,
  headlineText,
  impliedText,
  judgeAll,
  machinesText,
  measuredAs,
  measuredText,
  paperClaims,
  type ReadingVerdict,
  verdictText,
  wordingIsSure,
} from "../../analysis/claims/index.js";
import { loadDataset } from "../../analysis/datasets/index.js";
import { counted } from "../../model/counted.js";
import { textTable, wrap } from "../../model/text-table.js";
import { type Io, printResult } from "../terminal/io.js";

export default (io: Io): Command =>
  new Command("claims")
    .description(
      "Judges the paper's quantitative claims on recorded data: supported, contradicted, inconclusive or not measured. Shows for each claim how it was read, the measured value with its interval, and the tolerance at which the verdict would change. If the data lack a runtime that a claim compares with, the paper's own run of that runtime is the baseline, and the output lists what else differs.",
    )
    .option("--data <dir>", "paper_data, ae_data, a distilled folder, run folders or a campaign", "paper_data")
    .option("--json", "print the verdicts and all readings as one JSON document")
    .action(async (options: { data: string; json?: boolean }) => {
      const dataset = await loadDataset(options.data, io.cwd);
      const baseline = options.data === "paper_data" ? dataset : await loadDataset("paper_data");
      const verdicts = judgeAll(paperClaims, { dataset, baseline });
      printResult(io, options.json, verdicts, report(verdicts, findings(dataset, verdicts)));
    });

const width = 100;

function report(verdicts: readonly ClaimVerdict[], found: readonly Finding[]): readonly string[] {
  const sure = verdicts.filter(wordingIsSure);
  const others = verdicts.filter(verdict => !sure.includes(verdict));
  return [
    ...wrap(`On ${verdicts[0]?.dataset}: ${headlineText(headline(verdicts))}.`, width),
    "The band is ± 5 % of a claimed value, ± 2 points of a claimed percentage; intervals are 95 %, within one",
    "campaign. A reading in brackets disagrees with the one that decides. All readings and values: --json.",
    "",
    ...sure.flatMap(claimLines),
    "Wording unverified: we could not check these claims against the paper's text.",
    "",
    ...others.flatMap(claimLines),
    ...(found.length === 0 ? [] : ["What else the data shows", ""]),
    ...found.flatMap(({ text }) => wrap(`- ${text}`, width, "  ")),
  ];
}

/** Returns a row for each part's primary reading, and for the other readings that have a different verdict. */
function claimLines(claim: ClaimVerdict): readonly string[] {
  const primary = claim.readings.filter(reading => reading.primary);
  const differs = (reading: ReadingVerdict) =>
    reading.verdict !== "not-measured" &&
    reading.verdict !== primary.find(({ part }) => part === reading.part)?.verdict;
  const shown = claim.readings.filter(reading => reading.primary || differs(reading));
  const rows = shown.map(reading => [
    reading.primary ? reading.verdict : `(${reading.verdict})`,
    claimedText(reading),
    measuredText(reading),
    reading.n === 0 ? "" : `n=${reading.n}`,
    flipText(reading),
    measuredAs(reading),
  ]);
  const title = `${claim.verdict.replace("-", " ").toUpperCase()}  ${claim.id}: ${claim.statement} (${claim.section}; ${claim.certainty})`;
  const table = rows.length === 0 ? [] : textTable([["", "claimed", "measured", "", "changes at", "reading"], ...rows]);
  return [
    ...wrap(title, width),
    ...[...table, ...notes(claim, shown.length).flatMap(note => wrap(note, width - 2, "  "))].map(line => `  ${line}`),
    "",
  ];
}

function notes(verdict: ClaimVerdict, shown: number): readonly string[] {
  const { needs, confounds, readings, implied } = verdict;
  const caveats = [...new Set(readings.flatMap(({ caveat, n }) => (caveat !== null && n > 1 ? caveat : [])))];
  const astray = readings.flatMap(({ printed, unit, elsewhere }) =>
    elsewhere === null || elsewhere.found.length === 0
      ? []
      : `${printed} ${unit} was measured for ${foundText(elsewhere)}`,
  );
  const hidden = readings.length - shown;
  const machines = machinesText(readings.flatMap(({ sources }) => sources));
  return [
    ...(machines === "" ? [] : [`measured on ${verdict.dataset}${machines}, not on the paper's machine`]),
    ...(implied === null ? [] : [verdictText(verdict), impliedText(implied)]),
    ...(needs === null ? [] : [`this needs ${needs}`]),
    ...(hidden === 0 ? [] : [`${counted(hidden, "other reading")} with the same verdict or without data`]),
    ...astray,
    ...caveats.map(caveat => `some values are marked "${caveat}"`),
    ...(confounds.length === 0
      ? []
      : [`also different: ${[...new Set(confounds.map(({ what }) => what))].sort().join(", ")}`]),
  ];
}
