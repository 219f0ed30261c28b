import { join, resolve } from "node:path";
import { Command } from "commander";
import { findImporter, ImportFolderWriter, importers, importFile } from "../../importers/index.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { textTable } from "../../model/text-table.js";
import { type Io, note, noteProblems, printResult } from "../terminal/io.js";
import { optionValue } from "../terminal/option-value.js";

interface Options {
  readonly out: string;
  readonly runtime?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

export default (io: Io): Command =>
  new Command("import")
    .description(
      "Converts results of other tools into a folder that analyze, compare and notebooks read like a campaign. They can also read the result files directly, without this step.",
    )
    .argument("<format>", "auto, or the tool's format (below)")
    .argument("<file...>", "result files")
    .requiredOption("--out <dir>", "the folder to write: import.json, samples.csv and memory.csv")
    .option("--runtime <id>", "the runtime's id, for files that do not name one", runtimeId)
    .option("--strict", "exit with 1 if the files have any problem")
    .option("--json", "print what was imported as one JSON document")
    .addHelpText(
      "after",
      ["\nFormats:", ...textTable(importers.map(({ format, what }) => [`  ${format}`, what]))].join("\n"),
    )
    .action(async (format: string, files: string[], { out, runtime, strict, json }: Options) => {
      const folder = resolve(io.cwd, out);
      const paths = files.map(file => resolve(io.cwd, file));
      // nothing is written if a file has an unknown format
      for (const path of paths) findImporter(format, path);
      const writer = new ImportFolderWriter(folder);
      for (const path of paths) {
        await importFile(format, path, importer => writer.file(path, importer.format), { ...(runtime && { runtime }) });
      }
      writer.finish();
      const { samples, memory, rates, problems } = writer;
      if (samples + memory + rates === 0) {
        noteProblems(io, problems.list);
        throw new LabError("RUND_IMPORT_EMPTY", "input", "no row could be imported", {
          where: files.join(" "),
          hint: problems.count > 0 ? "the problems above say what is wrong" : "the files contain no results",
        });
      }
      printResult(io, json, { out, ...writer.manifest() }, describe(writer, out));
      if (json !== true) {
        noteProblems(io, problems.list);
        if (problems.count > 10)
          note(io, `${counted(problems.count, "problem")}; ${join(out, "import.json")} lists them`);
      }
      if (strict === true && problems.count > 0) {
        throw new LabError("RUND_STRICT", "check", `${counted(problems.count, "problem")} in the files (--strict)`);
      }
    });

const runtimeId = optionValue("--runtime", "lower-case letters and digits", id =>
  /^[a-z0-9]+$/.test(id) ? id : undefined,
);

function describe(writer: ImportFolderWriter, out: string): readonly string[] {
  const { samples, memory, rates } = writer;
  const parts = [
    [samples, "cold start"],
    [memory, "memory reading"],
    [rates, "rate"],
  ] as const;
  const counts = parts.flatMap(([count, name]) => (count === 0 ? [] : [counted(count, name)])).join(", ");
  const tools = new Map<string, number>();
  for (const { definition } of writer.manifest().runs) {
    const line = `${definition.tool}: from ${definition.from} to ${definition.to}`;
    tools.set(line, (tools.get(line) ?? 0) + 1);
  }
  const runs = [...tools].map(([line, runs]) => `  ${line} (${counted(runs, "run")})`);
  return [`${counts} in ${out}`, ...runs];
}
