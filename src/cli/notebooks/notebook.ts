import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { type Parameters, parseParameter } from "../../jupyter/parameters.js";
import { LabError } from "../../model/errors.js";
import { type Io, note, print } from "../terminal/io.js";
import { optionValue } from "../terminal/option-value.js";
import { runNotebooks } from "./run-notebooks.js";

interface Options {
  readonly parameter?: Parameters;
  readonly allowNewParameters?: boolean;
  readonly timeout?: number;
  readonly out?: string;
  readonly kernel?: string;
}

/** `rund-lab notebook run`: executes notebooks without Jupyter. */
export default (io: Io): Command => {
  const command = new Command("notebook").description(
    "Runs notebooks without Jupyter, on rund-lab's TypeScript kernel.",
  );
  command
    .command("run")
    .description("run notebooks from top to bottom and write them with their outputs; exit with 1 if a cell fails")
    .argument("[file...]", "notebooks (default: those in the folder notebooks/)")
    .option(
      "-p, --parameter <NAME=VALUE>",
      "set a parameter that the cell tagged `parameters` declares; repeatable",
      collect,
    )
    .option("--allow-new-parameters", "set parameters that no cell declares, with a warning")
    .option("--timeout <seconds>", "time limit for each cell", seconds)
    .option("--out <dir>", "write the notebooks there instead of overwriting them")
    .option("--kernel <name>", "use this installed kernel instead of the notebook's")
    .action(async (files: string[], options: Options) => {
      const { timeout, out, kernel, parameter } = options;
      const failure = await runNotebooks(files.length > 0 ? files : notebooksHere(io), {
        io,
        parameters: parameter ?? {},
        allowNewParameters: options.allowNewParameters === true,
        onWarning: line => note(io, `warning: ${line}`),
        ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
        ...(out !== undefined && { out }),
        ...(kernel !== undefined && { kernel }),
        onCell: (file, { index, count, ok, seconds: took }) =>
          note(io, `${file} [${index}/${count}] ${ok ? "ok" : "FAILED"} ${took.toFixed(2)} s`),
        onNotebook: (_, target) => print(io, `${target}\n`),
      });
      if (failure !== null) throw failure;
    });
  return command;
};

const collect = (text: string, before: Parameters = {}): Parameters => {
  const [name, value] = parseParameter(text);
  return { ...before, [name]: value };
};

const seconds = optionValue("--timeout", "a number of seconds above 0", text =>
  Number(text) > 0 ? Number(text) : undefined,
);

function notebooksHere(io: Io): string[] {
  const folder = join(io.cwd, "notebooks");
  try {
    const files = readdirSync(folder).filter(file => file.endsWith(".ipynb"));
    if (files.length > 0) return files.sort().map(file => join("notebooks", file));
  } catch {}
  throw new LabError("RUND_NO_NOTEBOOK", "usage", "no notebook given, and none in notebooks/", {
    where: io.cwd,
    hint: "name the notebooks: `rund-lab notebook run FILE…`",
  });
}
