import { readdirSync, statSync } from "node:fs";
import { LabError } from "../model/errors.js";
import type { RunFolder } from "./discover.js";
import { systemReason } from "./file-bytes.js";
import { parseConcurrencyFolder, parseDensityFolder, parseMemoryFile } from "./names.js";
import type { ProblemList } from "./problems.js";

/** Maximum number of clients in a folder's name; a larger number is a typing error. */
const CONCURRENCY_LIMIT = 10_000;

/** The folder with the logs of one point of the time or density experiment. */
export interface StartCellFolder {
  readonly kind: "starts";
  readonly path: string;
  /** Background sandboxes; 0 in the time experiment. */
  readonly density: number;
  readonly concurrency: number;
}

/** The file of one memory snapshot. */
export interface MemoryCellFile {
  readonly kind: "memory";
  readonly path: string;
  readonly memoryMb: number;
  readonly density: number;
}

/**
 * Returns the cells of a run folder in the order of its grid, by the names of its folders and files.
 *
 * @throws LabError `RUND_DUPLICATE_CELL` if two folders or files are for the same cell (`con_10` beside `con_010`)
 */
export function listCells(
  { experiment, path }: RunFolder,
  problems: ProblemList,
): readonly (StartCellFolder | MemoryCellFile)[] {
  if (experiment === "memory") return snapshots(path, problems);
  if (experiment === "time") return startCells(path, 0, problems);
  if (experiment !== "density") return [];
  return numberedFolders(path, "density_", parseDensityFolder, problems).flatMap(outer =>
    startCells(outer.path, outer.value, problems),
  );
}

const startCells = (path: string, density: number, problems: ProblemList): readonly StartCellFolder[] =>
  numberedFolders(path, "con_", parseConcurrencyFolder, problems).map(({ path, value }) => ({
    kind: "starts",
    path,
    density,
    concurrency: value,
  }));

/** Returns the folders of one level of the grid, by number. Other folders are problems; other files belong to the run. */
function numberedFolders(
  path: string,
  prefix: string,
  parse: (name: string) => number | undefined,
  problems: ProblemList,
): readonly { readonly path: string; readonly value: number }[] {
  const found: { path: string; value: number }[] = [];
  for (const name of listNames(path, problems)) {
    const inner = `${path}/${name}`;
    const value = parse(name);
    if (!isFolder(inner)) {
      if (name.startsWith(prefix)) {
        problems.add(inner, null, "RUND_CELL_NAME", `a folder ${prefix}<number>`, "a file");
      }
    } else if (value === undefined || (prefix === "con_" && (value === 0 || value > CONCURRENCY_LIMIT))) {
      problems.add(inner, null, "RUND_CELL_NAME", `a folder ${prefix}<number>`, name);
    } else {
      found.push({ path: inner, value });
    }
  }
  return inOrder(found, ({ value }) => value);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function snapshots(path: string, problems: ProblemList): readonly MemoryCellFile[] {
  const found: MemoryCellFile[] = [];
  for (const name of listNames(path, problems)) {
    const cell = parseMemoryFile(name);
    if (cell !== undefined && cell.density > 0) found.push({ kind: "memory", path: `${path}/${name}`, ...cell });
    else if (name.startsWith("result_")) {
      problems.add(`${path}/${name}`, null, "RUND_CELL_NAME", "a file result_<MB>MB_<density>.txt", name);
    }
  }
  return inOrder(found, ({ memoryMb, density }) => memoryMb * 1e9 + density);
}

/** Returns the names in a folder, sorted by code units; none, and a problem, if it cannot be listed. */
export function listNames(path: string, problems: ProblemList): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    problems.add(path, null, "RUND_UNREADABLE", "a folder that can be listed", systemReason(error));
    return [];
  }
}

function inOrder<Item extends { readonly path: string }>(items: Item[], key: (item: Item) => number): readonly Item[] {
  items.sort((a, b) => key(a) - key(b));
  items.forEach((item, index) => {
    const before = items[index - 1];
    if (before !== undefined && key(before) === key(item)) {
      throw new LabError("RUND_DUPLICATE_CELL", "input", "", {
        where: item.path,
        expected: "one folder or file per cell",
        found: `${before.path} for the same cell`,
        hint: "remove one of the two; rund-lab cannot know which one is right",
      });
    }
  });
  return items;
}
