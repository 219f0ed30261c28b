import { z } from "zod";
import { cellPlace, count, durationMs, type Frozen, instant, ordinal } from "./fields.js";
import { cpuTicks, hostState, quietWait } from "./host-state.js";

/** The access pattern, with the names of fio's option `rw`. */
export const ioPatterns = ["read", "write", "randread", "randwrite"] as const;

/** An access pattern. */
export type IoPattern = (typeof ioPatterns)[number];

const latencyUs = z.number().min(0).max(1e12);

const ioJob = z.strictObject({
  client: ordinal,
  pattern: z.enum(ioPatterns),
  blockBytes: ordinal,
  /** Whether requests bypass the page cache (O_DIRECT). */
  direct: z.boolean(),
  /** The system's error number with which the job ended; 0 for none. */
  error: count,
  /** Requests per second, and bytes per second. */
  iops: z.number().min(0).max(1e12),
  bytesPerSecond: z.number().min(0).max(1e15),
  /** Latency of a request, from its submission to its completion; 0 if there was none. */
  latencyP50Us: latencyUs,
  latencyP99Us: latencyUs,
});

export const ioEvent = z.strictObject({
  event: z.literal("io"),
  at: instant,
  ...cellPlace,
  /** Number of containers that run fio at the same time. */
  concurrency: ordinal,
  block: ordinal,
  position: ordinal,
  round: ordinal,
  warmup: z.boolean(),
  /** The duration of each job, and the size of the file on which all jobs of a container work. */
  jobMs: durationMs,
  fileMiB: ordinal,
  /** In the order in which each container ran them. The run folder contains fio's own JSON. */
  jobs: z.array(ioJob).min(1),
  /** The host's CPU while fio ran. */
  cpu: cpuTicks,
  quiet: quietWait,
  host: hostState,
  flags: z.array(z.enum(["not-quiet"])),
});

/** One job of fio in one container. */
export type IoJob = Frozen<z.infer<typeof ioJob>>;

/** One round of reads and writes inside containers. */
export type IoEvent = Frozen<z.infer<typeof ioEvent>>;
