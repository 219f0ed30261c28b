import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { arrivalsHeader, formatArrivals } from "../../campaign-files/arrivals.js";
import type { OperationsEvent } from "../../campaign-files/events/operations.js";
import { type CampaignEvent, coldStartOf, type RoundEvent } from "../../campaign-files/events.js";
import { formatOperations, operationsHeader } from "../../campaign-files/operations.js";
import { formatSamples, sampleRows, samplesHeader } from "../../campaign-files/samples.js";
import {
  formatClientFile,
  formatClientLog,
  formatConcurrencyFolder,
  formatCpuLog,
  formatDensityFolder,
  formatLatencyLog,
  parseRunName,
} from "../../logs/index.js";

/** Lines for files, by their paths in the campaign's folder; `whole` replaces the file's content. */
type Texts = ReadonlyMap<string, { readonly text: string; readonly whole: boolean }>;

/** A log of a cell in any run. */
const logFile = /\/(con|threads)_\d+\/(client\d+|cpu|latency|make|attach|mount|unmount|remove)\.txt$/;

/**
 * The files that are computed from the journal: samples.csv and, for every complete round that is not a warm-up, the lines of the
 * artifact's logs. Line k of a client's log is the cell's k-th complete round.
 */
export class DerivedFiles {
  readonly #folder: string;
  /** Sum and number of a cell's latencies, for latency.txt. */
  readonly #latencies = new Map<string, { sum: number; count: number }>();

  /** The tables of other experiments that have their header already. */
  readonly #headed = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Appends the lines of an event. */
  add(event: CampaignEvent): void {
    for (const [file, { text, whole }] of this.#texts(event)) {
      const path = join(this.#folder, file);
      if (whole) writeFileSync(path, text);
      else appendFileSync(path, text);
    }
  }

  /**
   * Makes every file agree with the journal. After a crash, a file may lack a part of a round, or have more than a truncated
   * journal.
   */
  rebuild(events: readonly CampaignEvent[]): void {
    this.#latencies.clear();
    this.#headed.clear();
    for (const table of ["operations.csv", "arrivals.csv"]) rmSync(join(this.#folder, table), { force: true });
    const files = new Map<string, string[]>([["samples.csv", [samplesHeader]]]);
    for (const event of events) {
      for (const [file, { text, whole }] of this.#texts(event)) {
        const parts = files.get(file);
        if (parts === undefined || whole) files.set(file, [text]);
        else parts.push(text);
      }
    }
    for (const file of readdirSync(this.#folder, { recursive: true, encoding: "utf8" })) {
      if (logFile.test(file) && !files.has(file)) rmSync(join(this.#folder, file));
    }
    for (const [file, parts] of files) {
      const path = join(this.#folder, file);
      const text = parts.join("");
      if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }

  /** Returns the lines that an event adds to each file. */
  #texts(event: CampaignEvent): Texts {
    if (event.event === "operations") return this.#operationTexts(event);
    if (event.event === "arrivals") return new Map([this.#row("arrivals.csv", arrivalsHeader, formatArrivals(event))]);
    return event.event === "round" ? this.#roundTexts(event) : new Map();
  }

  #roundTexts(round: RoundEvent): Texts {
    const experiment = parseRunName(round.run)?.experiment === "density" ? "density" : "time";
    const texts = new Map([["samples.csv", { text: formatSamples(sampleRows(round, experiment)), whole: false }]]);
    if (round.warmup || round.makespanMs === null) return texts;

    const cell = join(
      round.run,
      ...(experiment === "density" ? [formatDensityFolder(round.density)] : []),
      formatConcurrencyFolder(round.concurrency),
    );
    let latencies = this.#latencies.get(cell);
    if (latencies === undefined) {
      latencies = { sum: 0, count: 0 };
      this.#latencies.set(cell, latencies);
      mkdirSync(join(this.#folder, cell), { recursive: true });
    }
    const firstSentMs = Math.min(...round.samples.map(({ sentMs }) => sentMs));
    for (const sample of round.samples) {
      if (sample.status !== "ready") continue;
      const row = coldStartOf(round.releasedMs, sample, firstSentMs);
      latencies.sum += row.endMs - row.startMs;
      latencies.count++;
      texts.set(join(cell, formatClientFile(sample.client)), { text: formatClientLog([row]), whole: false });
    }
    // a round shorter than a tick has no ticks: the log then contains 0 of 1
    if (round.nodes === undefined) {
      const cpu = { busyJiffies: round.cpu.busy, totalJiffies: Math.max(1, round.cpu.total) };
      texts.set(join(cell, "cpu.txt"), { text: formatCpuLog([cpu]), whole: false });
    }
    const mean = formatLatencyLog(latencies.sum / latencies.count);
    texts.set(join(cell, "latency.txt"), { text: mean, whole: true });
    return texts;
  }

  /** Returns rows of a table of the campaign's folder, with the header before the first of them. */
  #row(table: string, header: string, rows: string) {
    const headed = this.#headed.has(table) || existsSync(join(this.#folder, table));
    this.#headed.add(table);
    return [table, { text: headed ? rows : `${header}${rows}`, whole: false as boolean }] as const;
  }

  /**
   * Returns one line per round for the log of each phase: microseconds of every item, separated by spaces. Line k is the k-th
   * round.
   */
  #operationTexts(round: OperationsEvent): Texts {
    const texts = new Map([this.#row("operations.csv", operationsHeader, formatOperations(round))]);
    if (round.warmup) return texts;
    const cell = join(round.run, ...operationsFolder(round));
    mkdirSync(join(this.#folder, cell), { recursive: true });
    for (const { phase, us } of round.phases) {
      texts.set(join(cell, `${phase}.txt`), { text: `${us.join(" ")}\n`, whole: false });
    }
    return texts;
  }
}

/** Returns the folder of a cell of operations in its run folder. */
function operationsFolder({ run, density, concurrency }: OperationsEvent): readonly string[] {
  if (parseRunName(run)?.experiment === "rootfs") return [formatConcurrencyFolder(concurrency)];
  return [`existing_${String(density).padStart(5, "0")}`, `threads_${String(concurrency).padStart(3, "0")}`];
}
