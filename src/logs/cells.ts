import { type Dirent, statSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../model/errors.js";
import { ColdStartColumns, scanClientLog } from "./client.js";
import { type CpuSample, parseCpuLog } from "./cpu.js";
import { listFolder, type RunFolder } from "./discover.js";
import { FileBytes, systemReason } from "./file-bytes.js";
import { parseLatencyLog } from "./latency.js";
import { type MemorySums, sumSmemTable } from "./memory-sums.js";
import {
  formatClientFile,
  parseClientFile,
  parseConcurrencyFolder,
  parseDensityFolder,
  parseMemoryFile,
} from "./names.js";
import { formatG } from "./numbers.js";
import type { ProblemList } from "./problems.js";

/** The logs of one point of the time or density experiment. */
export interface StartCellLog {
  readonly kind: "starts";
  readonly path: string;
  /** Background sandboxes; 0 in the time experiment. */
  readonly density: number;
  readonly concurrency: number;
  readonly columns: ColdStartColumns;
  /** The valid lines of cpu.txt. */
  readonly cpu: readonly CpuSample[];
  /** Lines read, of every kind of file. */
  readonly lines: number;
}

/** One memory snapshot. */
export interface MemoryCellLog {
  readonly kind: "memory";
  readonly path: string;
  readonly memoryMb: number;
  readonly density: number;
  /** Sums by kind of process; null where a line could not be read, for a sum over fewer processes would flatter. */
  readonly sums: MemorySums | null;
  readonly lines: number;
}

export type CellLog = StartCellLog | MemoryCellLog;

/** More clients than this in a folder's name is a slip, not a grid. */
const CONCURRENCY_LIMIT = 10_000;

/**
 * Reads a run folder, one cell at a time in the order of its grid, every line checked. What is wrong with a file goes to
 * `problems`; the cell carries what could be read.
 *
 * @throws LabError `RUND_DUPLICATE_CELL` if two folders or files stand for one cell (`con_10` beside `con_010`)
 */
export function* readCells(run: RunFolder, problems: ProblemList, file = new FileBytes()): Generator<CellLog> {
  if (run.experiment === "memory") {
    for (const { path, value } of snapshots(run.path, problems)) yield readSnapshot(path, value, file, problems);
  } else if (run.experiment === "time") {
    for (const { path, value } of numberedFolders(run.path, "con_", parseConcurrencyFolder, problems)) {
      const cell = readStarts(path, 0, value, file, problems);
      if (cell !== undefined) yield cell;
    }
  } else {
    for (const outer of numberedFolders(run.path, "density_", parseDensityFolder, problems)) {
      for (const { path, value } of numberedFolders(outer.path, "con_", parseConcurrencyFolder, problems)) {
        const cell = readStarts(path, outer.value, value, file, problems);
        if (cell !== undefined) yield cell;
      }
    }
  }
}

interface Numbered<Value> {
  readonly path: string;
  readonly value: Value;
}

function list(path: string, problems: ProblemList): readonly Dirent[] {
  try {
    return listFolder(path);
  } catch (error) {
    problems.add(path, null, "RUND_UNREADABLE", "a folder that can be listed", systemReason(error));
    return [];
  }
}

/** The folders of one level of the grid, by number. Other folders are problems; other files belong to the run. */
function numberedFolders(
  path: string,
  prefix: string,
  parse: (name: string) => number | undefined,
  problems: ProblemList,
): readonly Numbered<number>[] {
  const found: Numbered<number>[] = [];
  for (const entry of list(path, problems)) {
    const inner = join(path, entry.name);
    const value = parse(entry.name);
    if (!isFolder(entry, inner)) {
      if (entry.name.startsWith(prefix)) {
        problems.add(inner, null, "RUND_CELL_NAME", `a folder ${prefix}<number>`, "a file");
      }
    } else if (value === undefined || (prefix === "con_" && (value === 0 || value > CONCURRENCY_LIMIT))) {
      problems.add(inner, null, "RUND_CELL_NAME", `a folder ${prefix}<number>`, entry.name);
    } else {
      found.push({ path: inner, value });
    }
  }
  return inOrder(found, ({ value }) => value);
}

function isFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function snapshots(path: string, problems: ProblemList): readonly Numbered<{ memoryMb: number; density: number }>[] {
  const found: Numbered<{ memoryMb: number; density: number }>[] = [];
  for (const { name } of list(path, problems)) {
    const value = parseMemoryFile(name);
    if (value !== undefined && value.density > 0) found.push({ path: join(path, name), value });
    else if (name.startsWith("result_")) {
      problems.add(join(path, name), null, "RUND_CELL_NAME", "a file result_<MB>MB_<density>.txt", name);
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
        hint: "take one of the two away; nothing tells which is right",
      });
    }
  });
  return items;
}

function readSnapshot(
  path: string,
  { memoryMb, density }: { memoryMb: number; density: number },
  file: FileBytes,
  problems: ProblemList,
): MemoryCellLog {
  try {
    file.read(path);
  } catch (error) {
    problems.add(path, null, "RUND_UNREADABLE", "a memory snapshot", systemReason(error));
    return { kind: "memory", path, memoryMb, density, sums: null, lines: 0 };
  }
  const { sums, lines } = sumSmemTable(file.bytes, file.length, path, problems);
  return { kind: "memory", path, memoryMb, density, sums, lines };
}

function readStarts(
  path: string,
  density: number,
  concurrency: number,
  file: FileBytes,
  problems: ProblemList,
): StartCellLog | undefined {
  const entries = list(path, problems);
  const present = new Map<string, Dirent>(entries.map(entry => [entry.name, entry]));
  let columns: ColdStartColumns | undefined;
  let lines = 0;
  const rounds = new Int32Array(concurrency);
  for (let client = 0; client < concurrency; client++) {
    const name = formatClientFile(client + 1);
    const log = join(path, name);
    if (!openLog(present.get(name), log, "a client's log", file, problems)) continue;
    columns ??= new ColdStartColumns(concurrency, Math.max(1, Math.ceil(file.length / 64)));
    rounds[client] = scanClientLog(file.bytes, file.length, client, columns, log, problems);
    lines += rounds[client]!;
  }
  columns ??= new ColdStartColumns(concurrency, 0);
  for (const { name } of entries) {
    const client = parseClientFile(name);
    if (
      name.startsWith("client") &&
      (client === undefined || client === 0 || name !== formatClientFile(client) || client > concurrency)
    ) {
      problems.add(
        join(path, name),
        null,
        "RUND_SURPLUS_CLIENT",
        `${formatClientFile(1)} to ${formatClientFile(concurrency)}`,
        `${name} (left out)`,
      );
    }
  }
  const usual = commonest(rounds);
  rounds.forEach((count, client) => {
    if (count !== usual && present.has(formatClientFile(client + 1))) {
      problems.add(
        join(path, formatClientFile(client + 1)),
        null,
        "RUND_ROUNDS",
        `${usual} rounds as most clients of this cell have`,
        String(count),
      );
    }
  });

  const cpu = readCpu(path, present.get("cpu.txt"), columns.rounds, file, problems);
  lines += cpu.lines;
  if (openLog(present.get("latency.txt"), join(path, "latency.txt"), "the mean latency's log", file, problems)) {
    lines++;
    const { rows: recorded, problems: found } = parseLatencyLog(file.text(), join(path, "latency.txt"));
    problems.addAll({ list: found, count: found.length });
    const mean = meanLatency(columns);
    if (recorded !== null && mean !== undefined && Number(formatG(mean)) !== recorded) {
      problems.add(
        join(path, "latency.txt"),
        1,
        "RUND_MEAN_LATENCY",
        `${formatG(mean)}, the mean of all latencies`,
        String(recorded),
      );
    }
  }
  return { kind: "starts", path, density, concurrency, columns, cpu: cpu.rows, lines };
}

/** Reads a log that must be there; false, and a problem, where it is not or is no regular file. */
function openLog(
  entry: Dirent | undefined,
  path: string,
  what: string,
  file: FileBytes,
  problems: ProblemList,
): boolean {
  try {
    if (entry === undefined) throw Object.assign(new Error(), { code: "ENOENT" });
    // a pipe would be waited on for ever
    if (!entry.isFile() && !entry.isDirectory() && !statSync(path).isFile()) {
      throw Object.assign(new Error(), { code: "something that is no file" });
    }
    file.read(path);
    return true;
  } catch (error) {
    problems.add(path, null, "RUND_UNREADABLE", what, systemReason(error));
    return false;
  }
}

function readCpu(
  cell: string,
  entry: Dirent | undefined,
  rounds: number,
  file: FileBytes,
  problems: ProblemList,
): { rows: readonly CpuSample[]; lines: number } {
  const path = join(cell, "cpu.txt");
  if (!openLog(entry, path, "the CPU log", file, problems)) return { rows: [], lines: 0 };
  const { rows, problems: found } = parseCpuLog(file.text(), path);
  problems.addAll({ list: found, count: found.length });
  const lines = Math.max(rows.at(-1)?.round ?? 0, found.at(-1)?.line ?? 0);
  if (rounds > 0 && lines !== rounds) {
    problems.add(path, null, "RUND_ROUNDS", `${rounds} lines, one per round`, String(lines));
  }
  return { rows: rows.filter(({ round }) => rounds === 0 || round <= rounds), lines };
}

function commonest(counts: Int32Array): number {
  const times = new Map<number, number>();
  for (const count of counts) times.set(count, (times.get(count) ?? 0) + 1);
  let usual = 0;
  for (const [count, n] of times) {
    const best = times.get(usual) ?? 0;
    if (n > best || (n === best && count > usual)) usual = count;
  }
  return usual;
}

/** The mean over every cold start of the cell, if each client has a valid line for each round; else undefined. */
function meanLatency({ rounds, clients, valid, startMs, endMs }: ColdStartColumns): number | undefined {
  const count = rounds * clients;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (valid[i] !== 1) return undefined;
    sum += endMs[i]! - startMs[i]!;
  }
  return count === 0 ? undefined : sum / count;
}
