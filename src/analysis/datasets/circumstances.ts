import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@decimalturn/toml-patch";
import { configValues } from "../../logs/config-keys.js";
import { FileBytes, systemReason } from "../../logs/file-bytes.js";
import { type ProblemList, parseVersions, type RunFolder } from "../../logs/index.js";
import type { RunInfo } from "./dataset.js";

/**
 * The MB by which the guest's memory exceeded the label in the original's memory campaigns. The harness edited `default_memory`
 * in its loop, after it had copied the config, so no file of a run contains it.
 */
const originalGuestExtraMb: Readonly<Record<string, number>> = { kata: 200, katafc: 160, katatemplate: 240, rund: 180 };

/** Reads the circumstances of an original run folder: versions.txt and the copies of the config files. */
export function readCircumstances(run: RunFolder, problems: ProblemList): RunInfo {
  const { template, ...versions } = parseVersions(readIfThere(join(run.path, "versions.txt"), problems));
  let config: Readonly<Record<string, string | number | boolean | null>> = {};
  for (const name of tomlFiles(run.path)) {
    const file = join(run.path, name);
    let tree: unknown;
    try {
      tree = parse(readIfThere(file, problems));
    } catch (error) {
      const found = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      problems.add(file, null, "RUND_CONFIG", "a TOML file", found);
      continue;
    }
    // if two files have a key, the first one counts
    config = { ...configValues(tree), ...config };
  }
  if (run.experiment === "memory") {
    config = { ...config, guestMemoryExtraMb: originalGuestExtraMb[run.runtime] ?? null };
  }
  const { experiment, runtime, recorded, name } = run;
  return {
    run: name,
    campaign: null,
    experiment,
    runtime,
    recorded,
    versions,
    template,
    config: Object.fromEntries(Object.entries(config).sort()),
    driver: "crictl",
    host: null,
    replayed: false,
  };
}

function tomlFiles(path: string): readonly string[] {
  try {
    return readdirSync(path)
      .filter(name => name.endsWith(".toml"))
      .sort();
  } catch {
    return [];
  }
}

/** Reads a file's text. Returns an empty text if the file does not exist; if it cannot be read, also adds a problem. */
function readIfThere(path: string, problems: ProblemList): string {
  try {
    const file = new FileBytes();
    file.read(path);
    return file.text();
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const expected = "a file that describes the run's software and configuration";
    if (!missing) problems.add(path, null, "RUND_UNREADABLE", expected, systemReason(error));
    return "";
  }
}
