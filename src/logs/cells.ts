import { counted } from "../model/counted.js";
import { ColdStartColumns, scanClientLog } from "./client.js";
import { type CpuSample, readCpuLog } from "./cpu.js";
import type { RunFolder } from "./discover.js";
import { FileBytes, systemReason } from "./file-bytes.js";
import { listCells, listNames, type MemoryCellFile, type StartCellFolder } from "./grid.js";
import { readLatencyLog } from "./latency.js";
import { type MemorySums, sumSmemTable } from "./memory-sums.js";
import { formatClientFile, parseClientFile } from "./names.js";
import { formatG, sameToSixDigits } from "./numbers.js";
import type { ProblemList } from "./problems.js";

/** The logs of one point of the time or density experiment. */
export interface StartCellLog extends StartCellFolder {
  readonly columns: ColdStartColumns;
  /** The valid lines of cpu.txt. */
  readonly cpu: readonly CpuSample[];
  /** Number of lines read, of all kinds of files. */
  readonly lines: number;
}

/** One memory snapshot. */
export interface MemoryCellLog extends MemoryCellFile {
  /** Sums by kind of process; null if a line was unreadable, because a sum over fewer processes would be too small. */
  readonly sums: MemorySums | null;
  readonly lines: number;
}

/** What was read from one cell's files. */
export type CellLog = StartCellLog | MemoryCellLog;

/** A client's line is usually longer than 64 bytes, the length of a sandbox id. Shorter lines only make the columns grow. */
const SHORTEST_LINE = 64;

/**
 * Reads a run folder, one cell at a time in the order of its grid, and checks every line. Errors in files go to `problems`; the
 * cell contains what could be read.
 *
 * @param hasCpu false for runs on a cluster, which have no CPU of a host and no cpu.txt
 * @throws LabError `RUND_DUPLICATE_CELL` if two folders or files are for the same cell (`con_10` beside `con_010`)
 */
export function* readCells(run: RunFolder, problems: ProblemList, hasCpu = true): Generator<CellLog> {
  const file = new FileBytes();
  for (const cell of listCells(run, problems)) {
    yield cell.kind === "memory" ? readSnapshot(cell, file, problems) : readStarts(cell, file, problems, hasCpu);
  }
}

function readSnapshot(cell: MemoryCellFile, file: FileBytes, problems: ProblemList): MemoryCellLog {
  if (!readLog(cell.path, "a memory snapshot", file, problems)) return { ...cell, sums: null, lines: 0 };
  return { ...cell, ...sumSmemTable(file.bytes, file.length, cell.path, problems) };
}

function readStarts(cell: StartCellFolder, file: FileBytes, problems: ProblemList, hasCpu: boolean): StartCellLog {
  const { path, concurrency } = cell;
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
  return { ...cell, columns, cpu: cpu.rows, lines };
}

/** Reads a log that must exist. @returns false, after adding a problem, if it cannot be read */
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
  const surplus = listNames(path, problems).filter(name => name.startsWith("client") && !isClientOf(name, concurrency));
  for (const name of surplus) {
    const expected = `${formatClientFile(1)} to ${formatClientFile(concurrency)}`;
    problems.add(`${path}/${name}`, null, "RUND_SURPLUS_CLIENT", expected, `${name} (left out)`);
  }
}

function isClientOf(name: string, concurrency: number): boolean {
  const client = parseClientFile(name);
  return client !== undefined && client >= 1 && client <= concurrency && name === formatClientFile(client);
}

/** Reports clients whose number of rounds differs from that of most clients; −1 marks a log that is reported already. */
function reportUnequalRounds(path: string, rounds: Int32Array, problems: ProblemList): void {
  const usual = mostFrequent(rounds);
  rounds.forEach((count, client) => {
    if (count === usual || count < 0) return;
    const expected = `${counted(usual, "round")}, like most clients of this cell`;
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
    problems.add(path, null, "RUND_ROUNDS", `${counted(rounds, "line")}, one per round`, String(lines));
  }
  return { rows: rows.filter(({ round }) => rounds === 0 || round <= rounds), lines };
}

/** Returns the most frequent of the counts that are not negative; of several, the largest. */
function mostFrequent(counts: Int32Array): number {
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
