/** What a tool's latencies count: from where to where, how finely, and what else its results do not say. */
export interface Definition {
  /** The tool's name for people. */
  readonly tool: string;
  /** What starts the clock, and what stops it. */
  readonly from: string;
  readonly to: string;
  /** The step of the source's numbers, in ms (in KiB for memory); null where it does not say. */
  readonly resolution: number | null;
  /** What a campaign of our own has and this source lacks. */
  readonly lacks: readonly string[];
  /** What else a reader must know, such as a fixed sleep that every value contains; null for nothing. */
  readonly note: string | null;
}

/** Who was measured, and how: one for each runtime in a file. */
export interface ImportedRun {
  /** The run's name, where it was read from a folder of imported results; an importer leaves it out. */
  readonly run?: string | undefined;
  /** An id of lower-case letters and digits, as run folders and tables have it. */
  readonly runtime: string;
  /** The source's own name. */
  readonly label: string;
  /** Settings that the source states, such as the snapshotter. */
  readonly config: Readonly<Record<string, string | number>>;
  readonly definition: Definition;
  /** `samples`: each value is a measurement of its own. `bursts`: a round's values were started together. */
  readonly unit: "samples" | "bursts";
}

/** One cold start of another tool. */
export interface ImportedSample {
  /** Null where it is the number of samples in the burst. */
  readonly concurrency: number | null;
  /** 1 for the first burst, or the first value. */
  readonly round: number;
  /** 1 for the first of a burst. */
  readonly client: number;
  /** Epoch milliseconds, or milliseconds since the burst began; null where the source has no times. */
  readonly startMs: number | null;
  readonly outcome: "ready" | "failed";
  /** Null for a failure that states no time. */
  readonly latencyMs: number | null;
  /** Why it failed; empty if it did not. */
  readonly reason: string;
}

/** What the source itself states of a burst. */
export interface ImportedBurst {
  readonly concurrency: number | null;
  /** 1 for the first. */
  readonly round: number;
  /** From the first request to the last end. */
  readonly makespanMs: number;
}

/** Memory of one sandbox, as another tool states it. */
export interface ImportedMemory {
  /** Sandboxes that were there. */
  readonly density: number;
  readonly perSandboxKiB: number;
}

/** A rate without samples. */
export interface ImportedRate {
  readonly perSecond: number;
  readonly total: number;
  readonly seconds: number;
}

/** Takes what an importer reads row by row, so that a whole file is never in memory. */
export interface Sink {
  /** Names a run before its rows; the same run may be named again. */
  run(run: ImportedRun): RunSink;
  /** Something that is wrong at a line (1 for the first; null for the file as a whole). */
  problem(line: number | null, code: string, expected: string, found: string): void;
}

export interface RunSink {
  sample(sample: ImportedSample): void;
  burst(burst: ImportedBurst): void;
  memory(memory: ImportedMemory): void;
  rate(rate: ImportedRate): void;
}

/** The beginning of a file, by which a format is recognised. */
export interface Head {
  /** The file's or folder's name. */
  readonly name: string;
  /** The first 64 KiB as text; of a folder, the paths of a few files in each of its folders, one a line. */
  readonly text: string;
  readonly folder: boolean;
}

/** What the caller may know better than the file. */
export interface ImportOptions {
  /** An id for the runtime, where a file has one runtime and does not name it. */
  readonly runtime?: string;
}

/** One tool's results: how they are recognised and read. A new one is a file in this folder and an entry in `formats.ts`. */
export interface Importer {
  /** As on the command line. */
  readonly format: string;
  /** For `import --help` and messages. */
  readonly what: string;
  recognises(head: Head): boolean;
  /** Reads a file, or a folder, into the sink; what is wrong becomes a problem with its place. */
  read(path: string, sink: Sink, options: ImportOptions): Promise<void>;
}

/** Latencies beyond a day are taken for a fault of the source: kube-burner once wrote −46,116,859,600 ms. */
const longestMs = 86_400_000;

/**
 * Whether a latency can be one: finite, at most a day, and above 0 (0 counts where the source has coarse steps).
 *
 * @example plausibleMs(-46116859600) // false
 * @example plausibleMs(84.2) // true
 */
export function plausibleMs(ms: number, zero = false): boolean {
  return Number.isFinite(ms) && ms <= longestMs && (zero ? ms >= 0 : ms > 0);
}

/** What a message says of a latency that `plausibleMs` refuses. */
export const plausibleText = "a latency above 0 and of at most a day";

/**
 * Whether a memory reading can be one: above 0, and at most 16 TiB.
 *
 * @example plausibleKiB(1e300) // false
 */
export const plausibleKiB = (kib: number): boolean => kib > 0 && kib <= 2 ** 34;

/** What a message says of a memory reading that `plausibleKiB` refuses. */
export const plausibleKiBText = "a memory above 0 and of at most 16 TiB";

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
