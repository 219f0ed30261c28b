import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { LabError } from "../model/errors.js";

/** The command that starts a kernel, from its kernel.json. */
export interface KernelCommand {
  readonly name: string;
  readonly displayName: string;
  readonly language: string;
  /** Program and arguments; `{connection_file}` stands for a path. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly interruptMode: "signal" | "message";
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the folder with a user's own Jupyter data: `JUPYTER_DATA_DIR`, otherwise the platform's folder. */
export function jupyterDataFolder(env: Environment, platform: NodeJS.Platform = process.platform): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  const home = env.HOME ?? homedir();
  if (platform === "darwin") return join(home, "Library", "Jupyter");
  return join(env.XDG_DATA_HOME ?? join(home, ".local", "share"), "jupyter");
}

/** Returns every folder that may contain a `kernels` folder, in the order in which they are searched. */
function dataFolders(env: Environment): string[] {
  const prefixes = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter(prefix => prefix !== undefined && prefix !== "");
  return [
    ...(env.JUPYTER_PATH ?? "").split(delimiter).filter(folder => folder !== ""),
    jupyterDataFolder(env),
    ...prefixes.map(prefix => join(prefix!, "share", "jupyter")),
    "/usr/local/share/jupyter",
    "/usr/share/jupyter",
  ];
}

/**
 * Finds an installed kernel by its name.
 *
 * @throws LabError `RUND_KERNELSPEC` (machine) that names the installed kernels
 */
export function findKernel(name: string, env: Environment): KernelCommand {
  const folders = dataFolders(env).map(folder => join(folder, "kernels"));
  for (const folder of folders) {
    const file = join(folder, name, "kernel.json");
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch {
      continue;
    }
    return commandOf(name, file, text);
  }
  const installed = [...new Set(folders.flatMap(kernelsIn))].sort();
  throw new LabError("RUND_KERNELSPEC", "machine", `no kernel named ${JSON.stringify(name)}`, {
    where: "kernelspecs",
    hint:
      installed.length === 0
        ? "no kernel is installed; `rund-lab kernel install` adds the lab kernel"
        : `installed: ${installed.join(", ")}`,
  });
}

function kernelsIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function commandOf(name: string, file: string, text: string): KernelCommand {
  let spec: Record<string, unknown>;
  try {
    spec = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw badSpec(file, "JSON", (error as Error).message);
  }
  const { argv } = spec;
  if (!Array.isArray(argv) || argv.length === 0) throw badSpec(file, '"argv" to be a list', JSON.stringify(argv));
  return {
    name,
    displayName: String(spec.display_name ?? name),
    language: String(spec.language ?? ""),
    argv: argv.map(word => String(word).replaceAll("{resource_dir}", join(file, ".."))),
    env: (spec.env ?? {}) as Record<string, string>,
    interruptMode: spec.interrupt_mode === "message" ? "message" : "signal",
  };
}

const badSpec = (file: string, expected: string, found: string | undefined) =>
  new LabError("RUND_KERNELSPEC", "machine", "", {
    where: file,
    expected,
    found: found ?? "nothing",
    hint: "install this kernel again; for the lab kernel, `rund-lab kernel install`",
  });
