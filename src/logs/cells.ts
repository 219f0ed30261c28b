import { readdirSync, statSync } from "node:fs";
import { LabError } from "../model/errors.js";
import { ColdStartColumns, scanClientLog } from "./client.js";
import { type CpuSample, readCpuLog } from "./cpu.js";
import type { RunFolder } from "./discover.js";
import { FileBytes, systemReason } from "./file-bytes.js";
import { readLatencyLog } from "./latency.js";
import { type MemorySums, sumSmemTable } from "./memory-sums.js";
import {
  formatClientFile,
  parseClientFile,
  parseConcurrencyFolder,
  parseDensityFolder,
  parseMemoryFile,
} from "./names.js";
import { formatG, sameToSixDigits } from "./numbers.js";
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
  /** Number of lines read, of all kinds of files. */
  readonly lines: number;
}

/** One memory snapshot. */
export interface MemoryCellLog {
  readonly kind: "memory";
  readonly path: string;
  readonly memoryMb: number;
  readonly density: number;
  /** Sums by kind of process; null if a line was unreadable, because a sum over fewer processes would be too small. */
  readonly sums: MemorySums | null;
  readonly lines: number;
}

/** What was read from one cell's files. */
export type CellLog = StartCellLog | MemoryCellLog;

/** Maximum number of clients in a folder's name; a larger number is a typing error. */
const CONCURRENCY_LIMIT = 10_000;

/** The usual length of a client's line is above 64 bytes (the sandbox id). Shorter lines only make the columns grow. */
const SHORTEST_LINE = 64;

/**
 * Reads a run folder, one cell at a time in the order of its grid, and checks every line. Errors in files go to `problems`; the
 * cell contains what could be read.
 *
 * @param hasCpu false for runs on a cluster, which have no CPU of a host and no cpu.txt
 * @throws LabError `RUND_DUPLICATE_CELL` if two folders or files stand for one cell (`con_10` beside `con_010`)
 */
export function* readCells(run: RunFolder, problems: ProblemList, hasCpu = true): Generator<CellLog> {
  const file = new FileBytes();
  if (run.experiment === "memory") {
    for (const { path, value } of snapshots(run.path, problems)) yield readSnapshot(path, value, file, problems);
  } else if (run.experiment === "time") {
    for (const { path, value } of numberedFolders(run.path, "con_", parseConcurrencyFolder, problems)) {
      yield readStarts(path, 0, value, file, problems, hasCpu);
    }
  } else if (run.experiment === "density") {
    for (const outer of numberedFolders(run.path, "density_", parseDensityFolder, problems)) {
      for (const { path, value } of numberedFolders(outer.path, "con_", parseConcurrencyFolder, problems)) {
        yield readStarts(path, outer.value, value, file, problems, hasCpu);
      }
    }
  }
}

interface Numbered<Value> {
  readonly path: string;
  readonly value: Value;
}

/** Returns the names in a folder, sorted by code units. If it cannot be listed there is a problem and no names. */
function list(path: string, problems: ProblemList): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    problems.add(path, null, "RUND_UNREADABLE", "a folder that can be listed", systemReason(error));
    return [];
  }
}

/** Returns the folders of one level of the grid, by number. Other folders are problems; other files belong to the run. */
function numberedFolders(
  path: string,
  prefix: string,
  parse: (name: string) => number | undefined,
  problems: ProblemList,
): readonly Numbered<number>[] {
  const found: Numbered<number>[] = [];
  for (const name of list(path, problems)) {
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

function snapshots(path: string, problems: ProblemList): readonly Numbered<{ memoryMb: number; density: number }>[] {
  const found: Numbered<{ memoryMb: number; density: number }>[] = [];
  for (const name of list(path, problems)) {
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

function readSnapshot(
  path: string,
  { memoryMb, density }: { memoryMb: number; density: number },
  file: FileBytes,
  problems: ProblemList,
): MemoryCellLog {
  if (!readLog(path, "a memory snapshot", file, problems)) {
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
  hasCpu: boolean,
): StartCellLog {
  let columns: ColdStartColumns | undefined;
  let lines = 0;
  const rounds = new Int32Array(concurrency).fill(-1);
  for (let client = 0; client < concurrency; client++) {
    const log = `${path}/${formatClientFile(client + 1)}`;
    if (!readLog(log, "a client's log", file, problems)) continue;
    columns ??= new ColdStartColumns(concurrency, Math.ceil(file.length / SHORTEST_LINE));
    const count = scanClientLog(file.bytes, file.length, client, columns, log, problems);
    lines += count;
    if (count > 0) rounds[client] = count;
    else problems.add(log, null, "RUND_ROUNDS", "a line per round", "none");
  }
  columns ??= new ColdStartColumns(concurrency, 0);
  reportSurplusClients(path, concurrency, problems);
  reportUnequalRounds(path, rounds, problems);

  const cpu = hasCpu ? readCpu(path, columns.rounds, file, problems) : { rows: [], lines: 0 };
  lines += cpu.lines;
  const latencyLog = `${path}/latency.txt`;
  if (readLog(latencyLog, "the log with the mean latency", file, problems)) {
    lines++;
    const recorded = readLatencyLog(file.text(), latencyLog, problems);
    const mean = meanLatency(columns);
    if (recorded !== null && mean !== undefined && !sameToSixDigits(recorded, mean)) {
      problems.add(latencyLog, 1, "RUND_MEAN_LATENCY", `${formatG(mean)}, the mean of all latencies`, String(recorded));
    }
  }
  return { kind: "starts", path, density, concurrency, columns, cpu: cpu.rows, lines };
}

/** Reads a log that must exist. Returns false, with a problem, if it cannot be read. */
function readLog(path: string, what: string, file: FileBytes, problems: ProblemList): boolean {
  try {
    file.read(path);
    return true;
  } catch (error) {
    problems.add(path, null, "RUND_UNREADABLE", what, systemReason(error));
    return false;
  }
}

function reportSurplusClients(path: string, concurrency: number, problems: ProblemList): void {
  const surplus = list(path, problems).filter(name => name.startsWith("client") && !isClientOf(name, concurrency));
  for (const name of surplus) {
    const expected = `${formatClientFile(1)} to ${formatClientFile(concurrency)}`;
    problems.add(`${path}/${name}`, null, "RUND_SURPLUS_CLIENT", expected, `${name} (left out)`);
  }
}

function isClientOf(name: string, concurrency: number): boolean {
  const client = parseClientFile(name);
  return client !== undefined && client >= 1 && client <= concurrency && name === formatClientFile(client);
}

/** Reports clients whose number of rounds differs from that of most; −1 marks a log without rounds, which was reported before. */
function reportUnequalRounds(path: string, rounds: Int32Array, problems: ProblemList): void {
  const usual = commonest(rounds);
  rounds.forEach((count, client) => {
    if (count === usual || count < 0) return;
    const expected = `${usual} rounds, like most clients of this cell`;
    problems.add(`${path}/${formatClientFile(client + 1)}`, null, "RUND_ROUNDS", expected, String(count));
  });
}

function readCpu(
  cell: string,
  rounds: number,
  file: FileBytes,
  problems: ProblemList,
): { rows: readonly CpuSample[]; lines: number } {
  const path = `${cell}/cpu.txt`;
  if (!readLog(path, "the CPU log", file, problems)) return { rows: [], lines: 0 };
  const { rows, lines } = readCpuLog(file.text(), path, problems);
  if (rounds > 0 && lines !== rounds) {
    problems.add(path, null, "RUND_ROUNDS", `${rounds} lines, one per round`, String(lines));
  }
  return { rows: rows.filter(({ round }) => rounds === 0 || round <= rounds), lines };
}

function commonest(counts: Int32Array): number {
  const times = new Map<number, number>();
  for (const count of counts) if (count >= 0) times.set(count, (times.get(count) ?? 0) + 1);
  let usual = 0;
  for (const [count, n] of times) {
    const best = times.get(usual) ?? 0;
    if (n > best || (n === best && count > usual)) usual = count;
  }
  return usual;
}

/** Returns the mean over every cold start of the cell; undefined unless each client has a valid line for each round. */
function meanLatency({ rounds, clients, valid, startMs, endMs }: ColdStartColumns): number | undefined {
  const count = rounds * clients;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (valid[i] !== 1) return undefined;
    sum += endMs[i]! - startMs[i]!;
  }
  return count === 0 ? undefined : sum / count;
}
