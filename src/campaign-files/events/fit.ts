import { z } from "zod";
import { cellPlace, count, durationMs, type Frozen, instant, kib, ordinal, ticks } from "./fields.js";
import { hostMemory } from "./memory.js";

/** The reasons why a ramp ends. */
export const stopRules = ["asked", "failed", "latency", "headroom", "pressure", "swap"] as const;

/** The reason why a ramp ended. */
export type StopRule = (typeof stopRules)[number];

const bound = z.strictObject({
  /** The owner of the limit: `memory of the host`, a control group or a kernel setting. */
  name: z.string().min(1),
  unit: z.enum(["KiB", "pids", "files", "instances"]),
  used: z.number().min(0).max(1e15),
  limit: z.number().min(0).max(1e20),
});

/** The whole host's CPU in a window in which the sandboxes were idle. */
const idleWindow = z.strictObject({ busy: ticks, total: ticks, ms: durationMs });

const fitStep = z.strictObject({
  /** Sandboxes ready after the step. */
  density: count,
  added: z.int().min(-1e9).max(1e9),
  failed: count,
  /** Latency of the step's cold starts, ten at a time: quantiles in milliseconds; null if all failed. */
  latencyP50Ms: durationMs.nullable(),
  latencyP99Ms: durationMs.nullable(),
  /** Sum of PSS over the sandboxes' processes. */
  pssKiB: kib,
  host: hostMemory,
  bounds: z.array(bound),
  /** Share of the last 10 s in which some task waited for memory, in percent; null if the kernel does not report it. */
  memoryPressure: z.number().min(0).max(100).nullable(),
  /** Pages swapped in since the ramp began. */
  swapIn: count,
  idle: idleWindow,
  ms: durationMs,
});

export const fitEvent = z
  .strictObject({
    event: z.literal("fit"),
    at: instant,
    ...cellPlace,
    block: ordinal,
    position: ordinal,
    round: ordinal,
    /** Number of sandboxes that fit: those of the last step without a failure. */
    fits: count,
    rule: z.enum(stopRules),
    /** The rule in words, with its numbers. */
    why: z.string(),
    hostBefore: hostMemory,
    boundsBefore: z.array(bound),
    idleBefore: idleWindow,
    steps: z.array(fitStep),
    cleanupMs: durationMs,
  })
  .refine(
    ({ hostBefore, steps }) =>
      steps.every(({ host }) => (host.cpuListsKiB === undefined) === (hostBefore.cpuListsKiB === undefined)),
    { error: "cpuListsKiB in hostBefore and every step's host", params: { parts: ["hostBefore", "steps"] } },
  );

/** A resource that sandboxes use: the current use, and the limit. */
export type Bound = Frozen<z.infer<typeof bound>>;

/** One step of a ramp: sandboxes were added, and all of them were measured. */
export type FitStep = Frozen<z.infer<typeof fitStep>>;

/** A ramp: sandboxes added in steps until a rule stopped it. */
export type FitEvent = Frozen<z.infer<typeof fitEvent>>;
