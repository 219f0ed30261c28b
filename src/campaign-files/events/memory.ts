import { z } from "zod";
import { cellPlace, count, durationMs, type Frozen, instant, kib, ordinal } from "./fields.js";

const componentMemory = z.strictObject({
  component: z.string().min(1),
  processes: count,
  ussKiB: kib,
  pssKiB: kib,
  rssKiB: kib,
  vssKiB: kib,
  swapPssKiB: kib,
  hugetlbKiB: kib,
});

export const hostMemory = z.strictObject({
  memAvailableKiB: kib,
  /**
   * Free pages that the processors keep in their own lists. They are not in MemAvailable, and return to it only tens of seconds
   * after many sandboxes were removed. Absent in campaigns that did not read them.
   */
  cpuListsKiB: kib.exactOptional(),
  slabKiB: kib,
  pageTablesKiB: kib,
  kernelStackKiB: kib,
  percpuKiB: kib,
  anonHugePagesKiB: kib,
  hugetlbKiB: kib,
});

export const memoryEvent = z
  .strictObject({
    event: z.literal("memory"),
    at: instant,
    ...cellPlace,
    block: ordinal,
    position: ordinal,
    memoryMb: count,
    /** The guest's true memory in MB; null without a guest. */
    guestMemoryMb: z.number().min(0).max(1e9).nullable(),
    /**
     * Number of sandboxes whose processes are in the snapshot: those that the service counted as ready before and after it. PSS
     * is divided by this number.
     */
    sandboxes: count,
    attempted: count,
    failed: count,
    /** The wait until the memory no longer changed, and whether it settled. */
    settle: z.strictObject({ ms: durationMs, reached: z.boolean() }),
    snapshotMs: durationMs,
    components: z.array(componentMemory),
    found: z.strictObject({
      /** Number of processes found through the sandboxes. */
      bySandbox: count,
      /** Number of processes found by the runtime's patterns. */
      byPattern: count,
      onlyBySandbox: count,
      onlyByPattern: count,
      /** Number of processes that exited between listing and reading. */
      vanished: count,
      /** Number of sandboxes for which no process was found. */
      without: count,
    }),
    /** PSS of the service's own process; null if it was not found. */
    enginePssKiB: kib.nullable(),
    hostBefore: hostMemory,
    hostAfter: hostMemory,
    kernel: z.strictObject({
      ksmPagesSharing: z.int().min(0).nullable(),
      transparentHugePages: z.string().nullable(),
    }),
    cleanupMs: durationMs,
  })
  .refine(
    ({ hostBefore, hostAfter }) => (hostBefore.cpuListsKiB === undefined) === (hostAfter.cpuListsKiB === undefined),
    { error: "cpuListsKiB in both hostBefore and hostAfter", params: { parts: ["hostBefore", "hostAfter"] } },
  );

/** Memory of one kind of process: the sum over its processes, in KiB. */
export type ComponentMemory = Frozen<z.infer<typeof componentMemory>>;

/** The host's own memory counters, in KiB. */
export type HostMemory = Frozen<z.infer<typeof hostMemory>>;

/** One snapshot of the memory experiment; its processes are in the run folder's result file. */
export type MemoryEvent = Frozen<z.infer<typeof memoryEvent>>;
