import { z } from "zod";
import { cellPlace, count, differenceMs, durationMs, epochMs, type Frozen, instant, ordinal } from "./fields.js";
import { cpuTicks, hostState, quietWait, watchedTicks } from "./host-state.js";
import { storedSamples } from "./sample.js";

export const roundCpu = z.strictObject({
  ...cpuTicks.shape,
  /** The host's busy time, as the paper counts it. */
  busyMs: durationMs,
  /** `busyMs` minus what the idle window before the round would have cost in the same time. */
  lessIdleMs: differenceMs,
  /** `lessIdleMs` minus this program and its children. */
  lessHarnessMs: differenceMs,
  harnessMs: durationMs,
  /** The window before the release in which nothing was started. */
  idle: watchedTicks,
  /** The window after the last READY, before clean-up. */
  settle: watchedTicks,
});

const nodeUsage = z.strictObject({
  node: z.string().min(1),
  /** When the kubelet last looked, ISO 8601 by the node's clock; null where it does not say. */
  at: z.string().nullable(),
  /** CPU time since the node started. */
  cpuMs: z.number().min(0).max(1e14).nullable(),
  workingSetKiB: z.number().min(0).max(1e15).nullable(),
  /** The campaign's own pods on it. */
  pods: count,
  /** What those pods use together. */
  podsCpuMs: z.number().min(0).max(1e14),
  podsWorkingSetKiB: z.number().min(0).max(1e15),
  /**
   * Bounds on how far the node's clock is ahead of this program's, in milliseconds: from the moments of request and answer,
   * and the answer's Date, which has whole seconds.
   */
  clockAheadMs: z.tuple([differenceMs, differenceMs]).exactOptional(),
  /** The kubelet's calls to its container runtime since it started, by operation: their number, and their milliseconds together. */
  calls: z.record(z.string(), z.tuple([count, z.number().min(0).max(1e14)])).exactOptional(),
});

/** In a cluster: what the nodes used before and after, by their own account. */
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
    /** 1 for the cell's first; warm-up rounds are counted by themselves. */
    round: ordinal,
    warmup: z.boolean(),
    /** Epoch milliseconds of the release; all times of samples count from it. */
    releasedMs: epochMs,
    samples: storedSamples,
    /** Null in a partial round: some client failed, or a sandbox died. */
    makespanMs: durationMs.nullable(),
    /** Last request sent minus first, measured here. */
    startSkewMs: durationMs,
    /** The same by the service's own log; null where that cannot be read. */
    serviceSkewMs: durationMs.nullable(),
    cpu: roundCpu,
    /** Longest delay of this program's event loop in the round. */
    loopDelayMs: durationMs,
    /** How far the wall clock moved against the monotonic one in the round. */
    clockStepMs: differenceMs,
    /** Wait for quiet before the round, and whether it came. */
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
    /** Microseconds in which some task waited for memory during the round. */
    memoryStallUs: z.int().min(0).max(1e14),
    /**
     * The share of the round in which some task waited for a disk: by the kernel's I/O pressure, or, where it counts none, the
     * processors' time that was idle for a disk. Absent in campaigns that did not measure it.
     */
    diskShare: z.number().min(0).max(1).exactOptional(),
    /** Such a round has no CPU of a host: `cpu` is zero, and the run folder has no cpu.txt. */
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

/** What makes a round, or the cell it belongs to, less trustworthy. Only partial rounds are left out of tables. */
export type RoundFlag = z.infer<typeof roundFlag>;

/** CPU of a round, from release to the last READY. Fields in milliseconds count CPU time; do not mix the three. */
export type RoundCpu = Frozen<z.infer<typeof roundCpu>>;

/** What a node uses, as its kubelet reports it. Memory is the working set, not PSS. */
export type NodeUsage = Frozen<z.infer<typeof nodeUsage>>;

/** One round: its place in the campaign, every cold start, the CPU by three counts, and what was unusual about it. */
export type RoundEvent = Frozen<z.infer<typeof roundEvent>>;
