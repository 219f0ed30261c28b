import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { LabError } from "../model/errors.js";
import { systemReason } from "./file-bytes.js";
import { looksLikeRunName, parseRunName, type RunName } from "./names.js";
import type { ProblemList } from "./problems.js";

/** A run folder: one campaign of one runtime, in the artifact's layout. */
export interface RunFolder extends RunName {
  readonly name: string;
  readonly path: string;
  /** The folder of the fresh campaign (with `run.json`) that this run belongs to; null for the artifact's runs. */
  readonly campaign: string | null;
}

/** Number of levels below the given folder that are searched for run folders. */
const DEPTH = 3;

/**
 * Returns the run folders in a folder: the folder itself, those in it, or those of the campaigns in it; sorted by path.
 *
 * A folder whose name begins like a run folder's but is invalid becomes a problem. Other folders are searched, other files
 * ignored. A folder that is reached twice through links is read once.
 *
 * @throws LabError `RUND_NO_FOLDER` if the folder does not exist or cannot be listed
 */
export function discoverRuns(folder: string, problems: ProblemList): readonly RunFolder[] {
  const runs: RunFolder[] = [];
  const seen = new Set<string>();
  const search = (path: string, name: string, campaign: string | null, depth: number): void => {
    const real = realpathSync(path);
    if (seen.has(real)) return;
    seen.add(real);
    // the name of a link to a run folder does not matter
    const own = parseRunName(name) === undefined ? basename(real) : name;
    const run = parseRunName(own);
    if (run !== undefined) {
      runs.push({ ...run, name: own, path, campaign });
      return;
    }
    if (looksLikeRunName(own)) {
      problems.add(path, null, "RUND_RUN_NAME", "a run folder (time|mem|density)_<runtime>_<MMDDhhmm>", own);
      return;
    }
    if (depth > DEPTH) return;
    const entries = listFolder(path);
    const here = entries.some(entry => entry.name === "run.json") ? path : campaign;
    for (const entry of entries) {
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      const inner = join(path, entry.name);
      try {
        if (entry.isDirectory() || (entry.isSymbolicLink() && statSync(inner).isDirectory())) {
          search(inner, entry.name, here, depth + 1);
        }
      } catch (error) {
        problems.add(inner, null, "RUND_UNREADABLE", "a folder that can be listed", systemReason(error));
      }
    }
  };
  try {
    search(folder, basename(realpathSync(folder)), null, 0);
  } catch (error) {
    throw new LabError("RUND_NO_FOLDER", "input", "", {
      where: folder,
      expected: "a folder with runs",
      found: (error as NodeJS.ErrnoException).code === "ENOENT" ? "no such folder" : systemReason(error),
      hint: "name a run folder, a folder of run folders, or a campaign under raw/",
      cause: error,
    });
  }
  return runs;
}

/** Returns a folder's entries, sorted by name in code units, so that every walk has the same order. */
function listFolder(path: string): readonly Dirent[] {
  return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
