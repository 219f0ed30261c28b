import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import {
  type ClaimVerdict,
  comparedPairs,
  evidenceText,
  findings,
  headline,
  headlineText,
  judgeAll,
  paperClaims,
  wordingIsSure,
} from "../analysis/claims/index.js";
import { type Dataset, loadDataset, loadDatasets, ownDatasets, recordedCampaign } from "../analysis/datasets/index.js";
import {
  allTables,
  compareWithPublished,
  faultsOf,
  mergeVerifications,
  type Verification,
} from "../analysis/tables/index.js";
import { LabError } from "../model/errors.js";
import { version } from "../model/version.js";
import type { Figure } from "../present/figures/index.js";
import type { Beside } from "../present/report/index.js";
import { writeTables } from "./analyze.js";
import { type Io, note, print } from "./io.js";
import { progressBar } from "./progress.js";
import { failOnFault } from "./verify.js";

interface Options {
  readonly out: string;
  readonly data: readonly string[];
  readonly notebooks: boolean;
}

export default (io: Io): Command =>
  new Command("reproduce")
    .description(
      "The main job: the paper's tables from the recorded data, verified against the published ones; the claims judged; all notebooks run; and the report, results/report/index.html, with every figure.",
    )
    .option("--out <dir>", "where results go", "results")
    .option("--data <dir...>", "datasets to work on", [...ownDatasets])
    .option("--no-notebooks", "tables, verification and claims only")
    .action(async (options: Options) => {
      const out = resolve(io.cwd, options.out);
      const datasets = await loadDatasets(options.data, io.cwd);
      const verification = tablesOf(datasets, out, io);
      const verdicts = await claimsOf(datasets, io);
      if (options.notebooks) {
        const failed = await runAllNotebooks(options, out, io);
        const beside = isOwn(options.data) ? await besideThePaper() : null;
        if (beside !== null) writeTables(allTables(beside.dataset), join(out, "tables", beside.dataset.name));
        const page = await report(datasets, beside, verification, verdicts, out, io);
        print(io, `report: ${page}\n`);
        if (failed.length > 0) throw new LabError("RUND_NOTEBOOK_FAILED", "check", failed.join("\n"));
      }
      failOnFault(io, faultsOf(verification));
    });

function tablesOf(datasets: readonly Dataset[], out: string, io: Io): Verification {
  const parts = datasets.map(dataset => {
    const tables = allTables(dataset);
    writeTables(tables, join(out, "tables", dataset.name));
    const part = compareWithPublished(dataset, dataset.published);
    const published = part.cells === 0 ? "" : `, ${part.matched} of ${part.cells} published cells the same`;
    print(io, `${dataset.name}: ${tables.length} tables${published}\n`);
    if (dataset.problemCount > 0)
      note(io, `${dataset.name}: ${dataset.problemCount} problems; \`rund-lab analyze\` names them`);
    return part;
  });
  return mergeVerifications(parts);
}

async function claimsOf(datasets: readonly Dataset[], io: Io): Promise<ReadonlyMap<Dataset, readonly ClaimVerdict[]>> {
  const baseline = datasets.find(({ name }) => name === "paper_data") ?? (await loadDataset("paper_data"));
  const verdicts = new Map(datasets.map(dataset => [dataset, judgeAll(paperClaims, { dataset, baseline })]));
  for (const [{ name }, own] of verdicts) print(io, `claims on ${name}: ${headlineText(headline(own))}\n`);
  return verdicts;
}

/** Runs the package's notebooks, on the datasets that were asked for where any were. */
async function runAllNotebooks({ data }: Options, out: string, io: Io): Promise<readonly string[]> {
  const { packageNotebooks, runNotebooks } = await import("./run-notebooks.js");
  const files = packageNotebooks();
  const own = isOwn(data);
  const bar = progressBar(io, "notebooks", files.length);
  try {
    return await runNotebooks(files, {
      io,
      out: join(out, "notebooks"),
      parameters: own
        ? {}
        : {
            data: data.map(name => ((ownDatasets as readonly string[]).includes(name) ? name : resolve(io.cwd, name))),
          },
      onNotebook: file => bar.step(file),
    });
  } finally {
    bar.stop();
  }
}

/** Whether the package's own data was asked for, by naming it or by naming none. */
const isOwn = (data: readonly string[]): boolean =>
  data.length === ownDatasets.length && ownDatasets.every(name => data.includes(name));

/** Our own campaign, where it is there. */
async function besideThePaper(): Promise<Beside<Figure> | null> {
  if (!existsSync(recordedCampaign)) return null;
  const dataset = await loadDataset(recordedCampaign);
  const { fig05, fig10, fig13, skewFigure } = await import("../present/figures/index.js");
  const figures = [fig10, fig05, fig13, skewFigure].map(figure => figure([dataset]));
  return {
    title: "Measured afresh",
    intro:
      "The same experiments, run by rund-lab on a machine of two processors: runc and crun, which isolate by namespaces, and gVisor's runsc, a secure runtime. Another machine, other runtimes and a load generator without the original's start skew: the forms of the curves can be set beside the paper's, the milliseconds cannot.",
    dataset,
    figures: figures.map(figure => ({ ...figure, id: `fresh-${figure.id}` })),
  };
}

async function report(
  datasets: readonly Dataset[],
  beside: Beside<Figure> | null,
  verification: Verification,
  verdicts: ReadonlyMap<Dataset, readonly ClaimVerdict[]>,
  out: string,
  io: Io,
): Promise<string> {
  const [figures, { writeReport }] = await Promise.all([
    import("../present/figures/index.js"),
    import("../present/report/index.js"),
  ]);
  const { claimsFigure, fig05, fig10, fig11, fig12, fig13, latencyFigure, ratioFigure, roundsFigure, skewFigure } =
    figures;
  const drawn = [
    ...[...verdicts.values()].slice(0, 1).map(own => claimsFigure(own)),
    ...[fig05, fig10, fig11, fig12, fig13, latencyFigure, roundsFigure, skewFigure].map(figure => figure(datasets)),
    ...datasets.slice(0, 1).map(dataset => ratioFigure(dataset)),
  ];
  const bar = progressBar(io, "figures", drawn.length + (beside?.figures.length ?? 0));
  try {
    return await writeReport(
      out,
      {
        version,
        datasets,
        tables: new Map(
          [...datasets, ...(beside === null ? [] : [beside.dataset])].map(each => [each.name, allTables(each)]),
        ),
        verification,
        headlines: [...verdicts].map(([{ name }, own]) => `On ${name}, of the paper's ${headlineText(headline(own))}.`),
        findings: new Map(
          [...verdicts].map(([dataset, own]) => [dataset.name, findings(dataset, own).map(({ text }) => `${text}.`)]),
        ),
        compared: new Map([...verdicts].map(([{ name }, own]) => [name, comparedPairs(own)])),
        claims: [...verdicts.values()].flat().map(verdict => ({
          dataset: verdict.dataset,
          id: verdict.id,
          section: verdict.section,
          statement: verdict.statement,
          verdict: verdict.verdict,
          evidence: evidenceText(verdict),
          verified: wordingIsSure(verdict),
        })),
        figures: drawn,
        beside,
      },
      ({ title }) => bar.step(title),
    );
  } finally {
    bar.stop();
  }
}
