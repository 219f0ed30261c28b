import type { ImportedBurst, ImportedRate, ImportedRun } from "./imported-run.js";

/** One cold start of another tool. */
export interface ImportedSample {
  /** Null if it equals the number of samples in the burst. */
  readonly concurrency: number | null;
  /** 1 for the first burst, or the first value. */
  readonly round: number;
  /** 1 for the first of a burst. */
  readonly client: number;
  /** Epoch milliseconds, or milliseconds since the burst began; null if the source has no times. */
  readonly startMs: number | null;
  readonly outcome: "ready" | "failed";
  /** Null for a failure without a time. */
  readonly latencyMs: number | null;
  /** The reason for the failure; empty if there was none. */
  readonly reason: string;
}

/** Memory of one sandbox, as another tool states it. */
export interface ImportedMemory {
  /** Number of sandboxes that were running. */
  readonly density: number;
  readonly perSandboxKiB: number;
}

/** Receives an importer's rows one by one, so that a whole file is never in memory. */
export interface Sink {
  /** Announces a run before its rows; the same run may be announced again. */
  run(run: ImportedRun): RunSink;
  /** Reports a problem at a line (1 for the first; null for the whole file). */
  problem(line: number | null, code: string, expected: string, found: string): void;
}

/** Receives the rows of one run. */
export interface RunSink {
  sample(sample: ImportedSample): void;
  burst(burst: ImportedBurst): void;
  memory(memory: ImportedMemory): void;
  rate(rate: ImportedRate): void;
}

/** The beginning of a file, by which its format is recognised. */
export interface Head {
  /** The file's or folder's name. */
  readonly name: string;
  /** The first 64 KiB as text; for a folder, the paths of a few files in each of its folders, one per line. */
  readonly text: string;
  readonly folder: boolean;
}

/** Information that the caller adds to a file. */
export interface ImportOptions {
  /** An id for the runtime, if a file has one runtime and does not name it. */
  readonly runtime?: string;
}

/** One tool's results: how they are recognised and read. A new importer is a file in this folder and an entry in `formats.ts`. */
export interface Importer {
  /** The name of the format on the command line. */
  readonly format: string;
  /** The files of the format, for `import --help` and messages. */
  readonly what: string;
  recognises(head: Head): boolean;
  /** Reads a file or a folder into the sink; an error becomes a problem with its line and field. */
  read(path: string, sink: Sink, options: ImportOptions): Promise<void>;
}

/** Latencies longer than a day are treated as errors of the source: kube-burner once wrote −46,116,859,600 ms. */
const longestMs = 86_400_000;

/**
 * Whether a latency is plausible: finite, at most a day, and above 0 (with `zero`, for a source with a coarse resolution, also
 * 0).
 *
 * @example plausibleMs(-46116859600) // false
 * @example plausibleMs(84.2) // true
 */
export function plausibleMs(ms: number, zero = false): boolean {
  return Number.isFinite(ms) && ms <= longestMs && (zero ? ms >= 0 : ms > 0);
}

/** The values that `plausibleMs` accepts, for a message. */
export const plausibleText = "a latency above 0 and at most a day";

/** The values that `plausibleMs` accepts with `zero`, for a message. */
export const plausibleOrZeroText = "a latency from 0 to a day";

/**
 * Whether a memory reading is plausible: above 0, and at most 16 TiB.
 *
 * @example plausibleKiB(1e300) // false
 */
export const plausibleKiB = (kib: number): boolean => kib > 0 && kib <= 2 ** 34;

/** The values that `plausibleKiB` accepts, for a message. */
export const plausibleKiBText = "memory above 0 and at most 16 TiB";

/**
 * Returns a runtime id from any name: lower-case letters and digits.
 *
 * @example idFrom("Kata 3 (QEMU)") // "kata3qemu"
 * @example idFrom("***") // "unnamed"
 */
export const idFrom = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, "")
    .slice(0, 60) || "unnamed";
