import { resolve } from "node:path";
import { Command } from "commander";
import { exportParquet } from "../../campaign-files/parquet/export.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { type Io, noteProblems, printResult } from "../terminal/io.js";

export default (io: Io): Command =>
  new Command("export")
    .description(
      "Writes the samples, rounds and memory of campaigns as Parquet, in folders by campaign and runtime. If the path ends in .parquet, only the samples are written, into that one file.",
    )
    .argument("<dir...>", "campaign folders")
    .requiredOption("--parquet <path>", "the folder or the .parquet file to write")
    .option("--json", "print what was written as one JSON document")
    .action(async (folders: string[], { parquet, json }: { parquet: string; json?: boolean }) => {
      const path = resolve(io.cwd, parquet);
      const sources = folders.map(folder => resolve(io.cwd, folder));
      const { samples, rounds, memory, files, problems } = await exportParquet(sources, path);
      noteProblems(io, problems);
      if (samples + rounds + memory === 0) {
        throw new LabError("RUND_EXPORT_EMPTY", "input", "the campaigns contain neither a round nor a snapshot", {
          where: folders.join(" "),
          hint: "`rund-lab run --resume DIR` continues a campaign",
        });
      }
      const counts = `${counted(samples, "sample")}, ${counted(rounds, "round")}, ${counted(memory, "memory row")} in ${counted(files.length, "file")}`;
      printResult(io, json, { path, samples, rounds, memory, files, problems }, [`${path}: ${counts}`]);
    });
