import { z } from "zod";
import { cellPlace, count, differenceMs, durationMs, epochMs, type Frozen, instant, ordinal } from "./fields.js";
import { cpuTicks, hostState, quietWait, watchedTicks } from "./host-state.js";
import { storedSamples } from "./sample.js";

export const roundCpu = z.strictObject({
  ...cpuTicks.shape,
  /** The host's busy time, counted as in the paper. */
  busyMs: durationMs,
  /** `busyMs` minus the busy time of the idle window before the round, scaled to the round's length. */
  lessIdleMs: differenceMs,
  /** `lessIdleMs` minus the CPU of rund-lab and its children. */
  lessHarnessMs: differenceMs,
  harnessMs: durationMs,
  /** The idle window before the release. */
  idle: watchedTicks,
  /** The window after the last READY, before clean-up. */
  settle: watchedTicks,
});

const nodeUsage = z.strictObject({
  node: z.string().min(1),
  /** When the kubelet last updated its numbers, as ISO 8601 by the node's clock; null if it does not report it. */
  at: z.string().nullable(),
  /** CPU time since the node started. */
  cpuMs: z.number().min(0).max(1e14).nullable(),
  workingSetKiB: z.number().min(0).max(1e15).nullable(),
  /** The number of the campaign's own pods on the node. */
  pods: count,
  /** The sum over these pods. */
  podsCpuMs: z.number().min(0).max(1e14),
  podsWorkingSetKiB: z.number().min(0).max(1e15),
  /**
   * Bounds for the milliseconds by which the node's clock is ahead of rund-lab's: from the times of request and answer, and the
   * answer's Date, which has whole seconds.
   */
  clockAheadMs: z.tuple([differenceMs, differenceMs]).exactOptional(),
  /**
   * The kubelet's calls to its container runtime since it started, by operation: their number, and their total time in
   * milliseconds.
   */
  calls: z.record(z.string(), z.tuple([count, z.number().min(0).max(1e14)])).exactOptional(),
});

/** In a cluster: the resources that the nodes used before and after, as their kubelets report them. */
export const nodesUsed = z.strictObject({ before: z.array(nodeUsage), after: z.array(nodeUsage) });

export const roundFlag = z.enum([
  "partial",
  "clock-step",
  "loop-delay",
  "cpu-quantised",
  "not-quiet",
  "background-died",
  "sandbox-died",
  "topped-up",
  "swap-in",
  "memory-pressure",
  "disk",
]);

export const roundEvent = z
  .strictObject({
    event: z.literal("round"),
    at: instant,
    ...cellPlace,
    block: ordinal,
    position: ordinal,
    concurrency: ordinal,
    /** 1 for the cell's first; warm-up rounds are numbered separately. */
    round: ordinal,
    warmup: z.boolean(),
    /** Epoch milliseconds of the release; all times of samples are counted from it. */
    releasedMs: epochMs,
    samples: storedSamples,
    /** Null in a partial round: a client failed, or a sandbox died. */
    makespanMs: durationMs.nullable(),
    /** Last request sent minus first, measured by rund-lab. */
    startSkewMs: durationMs,
    /** The start skew by the service's own log; null if the log cannot be read. */
    serviceSkewMs: durationMs.nullable(),
    cpu: roundCpu,
    /** Longest delay of rund-lab's event loop in the round. */
    loopDelayMs: durationMs,
    /** The movement of the wall clock relative to the monotonic clock during the round. */
    clockStepMs: differenceMs,
    /** The wait until the machine was quiet before the round, and whether it became quiet. */
    quiet: quietWait,
    prepare: z.strictObject({ ms: durationMs, exitCode: z.int() }).nullable(),
    cleanupMs: durationMs,
    /** Milliseconds to stop and remove each sandbox of the round; absent in campaigns that did not record it. */
    removalsMs: z.array(durationMs).exactOptional(),
    /** Background sandboxes ready before and after, by the service's count. */
    background: z.strictObject({ before: count, after: count, topUps: count }).nullable(),
    host: hostState,
    /** Pages swapped in during the round. */
    swapIn: count,
    /** Microseconds during which some task waited for memory in the round. */
    memoryStallUs: z.int().min(0).max(1e14),
    /**
     * The share of the round during which some task waited for a disk: by the kernel's I/O pressure, or, if the kernel does not
     * report it, the processors' iowait. Absent in campaigns that did not measure it.
     */
    diskShare: z.number().min(0).max(1).exactOptional(),
    /** On a cluster: the resources that each node used. `cpu` is then zero, and the run folder has no cpu.txt. */
    nodes: nodesUsed.exactOptional(),
    flags: z.array(roundFlag),
  })
  .refine(({ samples, concurrency }) => eachClientOnce(samples, concurrency), {
    error: "one sample for each client from 1 to the concurrency",
    params: { parts: ["samples", "makespanMs", "flags"] },
  })
  .refine(({ makespanMs, flags }) => (makespanMs === null) === flags.includes("partial"), {
    error: "a makespan, or the flag partial",
    params: { parts: ["samples", "makespanMs", "flags"] },
  });

function eachClientOnce(samples: readonly { readonly client: number }[], concurrency: number): boolean {
  if (samples.length !== concurrency) return false;
  const seen = new Uint8Array(concurrency + 1);
  return samples.every(({ client }) => {
    if (client > concurrency || seen[client] === 1) return false;
    seen[client] = 1;
    return true;
  });
}

/** Flags of a round, which make its cell less trustworthy. Only partial rounds are left out of tables. */
export type RoundFlag = z.infer<typeof roundFlag>;

/**
 * CPU of a round, from the release to the last READY. `busyMs`, `lessIdleMs` and `lessHarnessMs` are three measures of its CPU
 * time; never compare one with another.
 */
export type RoundCpu = Frozen<z.infer<typeof roundCpu>>;

/** The resources that a node uses, as its kubelet reports them. Memory is the working set, not PSS. */
export type NodeUsage = Frozen<z.infer<typeof nodeUsage>>;

/** One round: its place in the campaign, every cold start, the CPU by three measures, and its flags. */
export type RoundEvent = Frozen<z.infer<typeof roundEvent>>;
