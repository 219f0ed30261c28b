import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { loadDataset, loadDatasets, ownDatasets, recordedCampaign } from "../../analysis/datasets/index.js";
import { faultsOf } from "../../analysis/tables/index.js";
import { counted } from "../../model/counted.js";
import { csvFile, writeCsv } from "../results/analyze.js";
import { failOnFault } from "../results/verify.js";
import { type Io, note, print } from "../terminal/io.js";
import { withBar } from "../terminal/progress.js";
import { summary } from "./reproduce-summary.js";

interface Options {
  readonly out: string;
  readonly data: readonly string[];
  readonly notebooks: boolean;
}

export default (io: Io): Command =>
  new Command("reproduce")
    .description(
      "Computes the paper's tables from the recorded data, compares them with the published ones, judges the claims, runs all notebooks, and writes a report with every figure: results/report/index.html.",
    )
    .option("--out <dir>", "where to write the results", "results")
    .option("--data <dir...>", "datasets to reproduce", [...ownDatasets])
    .option("--no-notebooks", "compute only tables, verification and claims; no notebooks, no report")
    .action(async (options: Options) => {
      const out = resolve(io.cwd, options.out);
      const datasets = await loadDatasets(options.data, io.cwd);
      for (const { name, problemCount } of datasets) {
        if (problemCount > 0) note(io, `${name}: ${counted(problemCount, "problem")}; \`rund-lab analyze\` lists them`);
      }
      const baseline = datasets.find(({ name }) => name === "paper_data") ?? (await loadDataset("paper_data"));
      const own = isOwn(options.data) && existsSync(recordedCampaign) ? await loadDataset(recordedCampaign) : null;
      const { gatherReport, writeReport } = await import("../../present/report/index.js");
      const content = gatherReport(datasets, baseline, own);
      for (const [name, tables] of content.tables) writeCsv(tables.map(csvFile), join(out, "tables", name));
      const failure = options.notebooks ? await runAllNotebooks(options, out, io) : null;
      const figures = content.figures.length + (content.own?.figures.length ?? 0);
      const page = options.notebooks
        ? await withBar(io, "figures", figures, step => writeReport(out, content, ({ title }) => step(title)))
        : null;
      print(io, `${summary(content, { page, out, cwd: io.cwd }).join("\n")}\n`);
      if (failure !== null) throw failure;
      failOnFault(io, faultsOf(content.verification));
    });

/** Runs the package's notebooks on the requested datasets. */
async function runAllNotebooks({ data }: Options, out: string, io: Io) {
  const { packageNotebooks, runNotebooks } = await import("./run-notebooks.js");
  const files = packageNotebooks();
  const absolute = (name: string) => ((ownDatasets as readonly string[]).includes(name) ? name : resolve(io.cwd, name));
  const parameters = isOwn(data) ? {} : { data: data.map(absolute) };
  return withBar(io, "notebooks", files.length, step =>
    runNotebooks(files, { io, out: join(out, "notebooks"), parameters, onNotebook: file => step(file) }),
  );
}

/** Whether the package's own data was requested, by name or by default. */
const isOwn = (data: readonly string[]): boolean =>
  data.length === ownDatasets.length && ownDatasets.every(name => data.includes(name));
