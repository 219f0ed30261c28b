import { createRequire } from "node:module";
import { join } from "node:path";
import { Command } from "commander";

import { jupyterDataFolder } from "../../jupyter/kernelspecs.js";
import { keepCompilerCode } from "../../kernel/compile/compiler.js";
import {
  installKernelSpec,
  kernelSpec,
  kernelSpecFolder,
  requirePeers,
  uninstallKernelSpec,
} from "../../kernel/spec.js";
import { type Io, note, print, printJson } from "../terminal/io.js";

interface Options {
  readonly prefix?: string;
}

/** `rund-lab kernel install|uninstall|spec`: the kernelspec, without Python. */
export default (io: Io): Command => {
  const folderOf = ({ prefix }: Options) =>
    kernelSpecFolder(prefix === undefined ? jupyterDataFolder(io.env) : join(prefix, "share", "jupyter"));
  const prefix = [
    "--prefix <dir>",
    "install below this prefix: a virtual environment, or /usr/local for all users",
  ] as const;

  const command = new Command("kernel").description("Installs the TypeScript kernel for Jupyter and VS Code.");
  command
    .command("install")
    .description("install the kernel for Jupyter, and print the kernelspec's folder")
    .option(...prefix)
    .action((options: Options) => {
      requirePeers(createRequire(import.meta.url));
      const folder = folderOf(options);
      installKernelSpec(folder);
      keepCompilerCode(io.cwd);
      print(io, `${folder}\n`);
      note(io, `choose ${kernelSpec().display_name} in Jupyter or VS Code`);
    });
  command
    .command("uninstall")
    .description("remove the kernel from Jupyter")
    .option(...prefix)
    .action((options: Options) => {
      const folder = folderOf(options);
      uninstallKernelSpec(folder);
      print(io, `${folder}\n`);
    });
  command
    .command("spec")
    .description("print kernel.json")
    .action(() => printJson(io, kernelSpec()));
  return command;
};
