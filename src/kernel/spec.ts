import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LabError } from "../model/errors.js";

/** The kernel's name in notebooks and in Jupyter's list. */
export const kernelName = "rund-lab";
const kernelDisplayName = "TypeScript (rund-lab)";

/** The optional packages that the kernel needs. */
const peers = ["tslab", "typescript", "zeromq"];

/** Whether a module is found. @param require of the file from which it is searched */
export function canResolve(require: NodeJS.Require, name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks that the packages that the kernel needs are installed.
 *
 * @param require resolves modules from this package
 * @throws LabError `RUND_KERNEL_PEERS` (machine) that names the missing packages
 */
export function requirePeers(require: NodeJS.Require): void {
  const missing = peers.filter(name => !canResolve(require, name));
  if (missing.length === 0) return;
  throw new LabError("RUND_KERNEL_PEERS", "machine", `the kernel needs these packages: ${missing.join(", ")}`, {
    where: "rund-lab kernel",
    hint: `npm install ${missing.join(" ")}`,
  });
}

/** Whether Node needs the option `--expose-internals` for access to the records that an interrupt must repair. */
export const hasInternals = Number(process.versions.node.split(".")[0]) >= 24;

/**
 * Returns the command that starts the kernel, in which a front end replaces `{connection_file}`. Paths are absolute, because a
 * front end has its own PATH. run/stop/termination.ts explains the options.
 */
export function kernelArgv(): string[] {
  const main = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "dist", "kernel", "main.js");
  const options = ["--no-force-async-hooks-checks", ...(hasInternals ? ["--expose-internals"] : [])];
  return [process.execPath, ...options, main, "{connection_file}"];
}

/** Returns the content of kernel.json. Front ends interrupt by a signal, which also reaches the child processes of a cell. */
export function kernelSpec() {
  return {
    argv: kernelArgv(),
    display_name: kernelDisplayName,
    language: "typescript",
    interrupt_mode: "signal",
    metadata: { debugger: false },
  } as const;
}

/** Returns the folder of this kernel's kernelspec within a Jupyter data folder. */
export const kernelSpecFolder = (dataFolder: string): string => join(dataFolder, "kernels", kernelName);

/** Writes the kernelspec, and replaces an existing one. */
export function installKernelSpec(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(kernelSpec(), null, 2)}\n`);
  } catch (error) {
    throw new LabError("RUND_KERNEL_INSTALL", "machine", (error as Error).message, {
      where: folder,
      hint: "choose a folder that you may write to with --prefix",
      cause: error,
    });
  }
}

/** Removes the kernelspec. @throws LabError `RUND_KERNEL_NOT_INSTALLED` (input) if it is not installed */
export function uninstallKernelSpec(folder: string): void {
  try {
    rmSync(folder, { recursive: true });
  } catch (error) {
    throw new LabError("RUND_KERNEL_NOT_INSTALLED", "input", "no kernelspec to remove", {
      where: folder,
      hint: "rund-lab kernel install writes one; to remove one from another folder, name it with --prefix",
      cause: error,
    });
  }
}
