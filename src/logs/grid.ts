import { readdirSync, statSync } from "node:fs";
import { LabError } from "../model/errors.js";
import { systemReason } from "./file-bytes.js";
import { parseMemoryFile } from "./names.js";
import type { ProblemList } from "./problems.js";

/** Maximum number of clients in a folder's name; a larger number is a typing error. */
const CONCURRENCY_LIMIT = 10_000;

/** A folder or file of the grid, and what its name says. */
export interface Numbered<Value> {
  readonly path: string;
  readonly value: Value;
}

/** Returns the names in a folder, sorted by code units. If it cannot be listed there is a problem and no names. */
export function listNames(path: string, problems: ProblemList): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    problems.add(path, null, "RUND_UNREADABLE", "a folder that can be listed", systemReason(error));
    return [];
  }
}

/** Returns the folders of one level of the grid, by number. Other folders are problems; other files belong to the run. */
export function numberedFolders(
  path: string,
  prefix: string,
  parse: (name: string) => number | undefined,
  problems: ProblemList,
): readonly Numbered<number>[] {
  const found: Numbered<number>[] = [];
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

/** Returns the snapshots of a memory campaign, by guest memory and density. */
export function snapshots(
  path: string,
  problems: ProblemList,
): readonly Numbered<{ memoryMb: number; density: number }>[] {
  const found: Numbered<{ memoryMb: number; density: number }>[] = [];
  for (const name of listNames(path, problems)) {
    const value = parseMemoryFile(name);
    if (value !== undefined && value.density > 0) found.push({ path: `${path}/${name}`, value });
    else if (name.startsWith("result_")) {
      problems.add(`${path}/${name}`, null, "RUND_CELL_NAME", "a file result_<MB>MB_<density>.txt", name);
    }
  }
  return inOrder(found, ({ value }) => value.memoryMb * 1e9 + value.density);
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
