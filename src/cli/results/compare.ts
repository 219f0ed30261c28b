import { existsSync } from "node:fs";
import { Command } from "commander";
import { compare, type RuntimePair, runtimesOf } from "../../analysis/compare/index.js";
import { type Dataset, datasetFolder, loadDataset } from "../../analysis/datasets/index.js";
import { sandboxStage } from "../../analysis/stages/index.js";
import { LabError } from "../../model/errors.js";
import { drawsBlocks, type Io, note, printResult } from "../terminal/io.js";
import { words } from "../terminal/option-value.js";
import { comparisonMarkdown, comparisonText } from "./compare-text.js";
import { applyGate, gatePercent } from "./gate.js";

interface Options {
  readonly runtimes?: readonly string[];
  readonly baseline?: string;
  readonly failOn?: number;
  readonly strict?: boolean;
  readonly markdown?: boolean;
  readonly allowReplay?: boolean;
  readonly json?: boolean;
}

export default (io: Io): Command =>
  new Command("compare")
    .description(
      "Compares campaign B with campaign A, or runtimes of one campaign, cell by cell: makespan, CPU and memory per sandbox, the phases of control groups and root file systems, or the jobs of fio. Two cells are the same if the 90 % interval of their ratio lies within ± 5 %, or within the tolerance of --fail-on if that is smaller.",
    )
    .argument("<a>", "the baseline: paper_data, ae_data or a folder; FOLDER:RUNTIME for one of its runtimes")
    .argument(
      "[b]",
      "the side to compare with the baseline, in the same form; omit it with --runtimes or --baseline, which compare within A",
    )
    .option("--runtimes <ids>", "runtimes of A to compare, such as runc,crun; the first is the baseline", words)
    .option("--baseline <id>", "the runtime of A that the others are compared with")
    .option(
      "--fail-on <rule>",
      "such as slower:5%: exit with 1 if the whole interval of a cell's time ratio lies above 1.05",
      gatePercent,
    )
    .option("--strict", "also exit with 1 if a time cell is undecided")
    .option("--markdown", "print a summary for a pull request")
    .option("--allow-replay", "also compare replayed runs, which measured nothing")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  rund-lab compare before after --fail-on slower:5%\n  rund-lab compare raw/campaign --runtimes runc,crun\n  rund-lab compare one/campaign:runc another/campaign:crun",
    )
    .action(async (a: string, b: string | undefined, options: Options) => {
      const { first, second, ...pairs } = await subjects(io, a, b, options);
      const tolerance = Math.min(0.05, options.failOn ?? 1);
      const comparison = compare(first, second, { ...pairs, tolerance, allowReplay: options.allowReplay === true });
      const folders = [a, b ?? a].map(name => datasetFolder(name, io.cwd)) as [string, string];
      const onCluster = [...first.runs, ...second.runs].some(({ driver }) => driver === "kubernetes");
      const sandbox = onCluster && pairs.runtimes === undefined ? sandboxStage(folders, tolerance) : [];
      const lines =
        options.markdown === true
          ? comparisonMarkdown(comparison, sandbox)
          : comparisonText(comparison, sandbox, drawsBlocks(io));
      const document = { ...comparison, ...(sandbox.length > 0 && { sandbox }) };
      printResult(io, options.json, document, lines);
      if (comparison.rehearsal) note(io, "a rehearsal: at least one of the runs was replayed, not measured");
      applyGate(comparison, options);
    });

/** Loads both sides, and returns the runtimes to compare; without them, every runtime is compared with itself. */
async function subjects(
  io: Io,
  a: string,
  b: string | undefined,
  options: Options,
): Promise<{ readonly first: Dataset; readonly second: Dataset; readonly runtimes?: readonly RuntimePair[] }> {
  if (b === undefined) {
    const dataset = await loadDataset(a, io.cwd);
    return { first: dataset, second: dataset, runtimes: pairsWithin(dataset, options) };
  }
  if (options.runtimes !== undefined || options.baseline !== undefined) {
    throw new LabError("RUND_COMPARE_WHAT", "usage", "--runtimes and --baseline compare within one campaign", {
      hint: `name the runtime of each, as in \`rund-lab compare ${a}:runc ${b}:crun\``,
    });
  }
  const [left, right] = [subject(io, a), subject(io, b)];
  const first = await loadDataset(left.folder, io.cwd);
  const second = left.folder === right.folder ? first : await loadDataset(right.folder, io.cwd);
  const [own, other] = [left.runtime ?? right.runtime, right.runtime ?? left.runtime];
  if (own === null || other === null) return { first, second };
  refuseUnmeasured(first, own);
  refuseUnmeasured(second, other);
  return { first, second, runtimes: [{ a: own, b: other }] };
}

/** Parses `FOLDER:RUNTIME`, unless a folder has exactly this name. */
function subject(io: Io, name: string): { readonly folder: string; readonly runtime: string | null } {
  const [, folder, runtime] = /^(.+):([a-z0-9]+)$/.exec(name) ?? [];
  if (folder === undefined || runtime === undefined || existsSync(datasetFolder(name, io.cwd))) {
    return { folder: name, runtime: null };
  }
  return { folder, runtime };
}

/**
 * Returns the pairs of runtimes to compare within one campaign.
 *
 * @throws LabError of kind `usage` if fewer than two measured runtimes are named
 */
function pairsWithin(dataset: Dataset, { runtimes, baseline }: Options): readonly RuntimePair[] {
  const measured = runtimesOf(dataset);
  const named = runtimes ?? (baseline === undefined ? [] : measured);
  const against = baseline ?? named[0];
  const others = [...new Set(named)].filter(id => id !== against);
  if (against === undefined || others.length === 0) {
    throw new LabError("RUND_COMPARE_WHAT", "usage", "only one campaign is named", {
      where: dataset.name,
      expected: "a second campaign, or --runtimes with two or more runtimes of this one",
      found: runtimes === undefined ? "neither" : `--runtimes ${runtimes.join(",")}`,
      hint: `its runtimes are ${measured.join(", ")}${measured.length > 1 ? `; for example --runtimes ${measured.slice(0, 2).join(",")}` : ""}`,
    });
  }
  for (const id of [against, ...others]) refuseUnmeasured(dataset, id);
  return others.map(id => ({ a: against, b: id }));
}

function refuseUnmeasured(dataset: Dataset, id: string): void {
  const measured = runtimesOf(dataset);
  if (measured.includes(id)) return;
  throw new LabError("RUND_NO_RUNTIME", "usage", "", {
    where: dataset.name,
    expected: `one of its runtimes, ${measured.join(", ")}`,
    found: `"${id}"`,
  });
}
