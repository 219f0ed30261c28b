import { join, resolve } from "node:path";
import { Command } from "commander";
import { loadDataset, ownDatasets } from "../analysis/datasets/index.js";
import { allTables, compareWithPublished } from "../analysis/tables/index.js";
import { writeTables } from "./analyze.js";
import type { Io } from "./io.js";
import { failOnFault, faultsOf } from "./verify.js";

export default (io: Io): Command =>
  new Command("reproduce")
    .description("The main job: the paper's tables from the recorded data, verified against the published ones.")
    .option("--out <dir>", "where results go", "results")
    .option("--data <dir...>", "datasets to work on", [...ownDatasets])
    .option("--no-notebooks", "tables, verification and claims only")
    .action(async (options: { out: string; data: string[]; notebooks: boolean }) => {
      const out = resolve(io.cwd, options.out);
      const faults: string[] = [];
      for (const name of options.data) {
        const dataset = await loadDataset(name, io.cwd);
        const tables = allTables(dataset);
        writeTables(tables, join(out, "tables", dataset.name));
        const verification = compareWithPublished(dataset, dataset.published);
        faults.push(...faultsOf(verification));
        io.stdout.write(
          `${dataset.name}: ${tables.length} tables, ${verification.matched} of ${verification.cells} published cells the same\n`,
        );
      }
      failOnFault(io, faults);
    });
