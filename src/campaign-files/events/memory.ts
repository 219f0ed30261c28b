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
   * Free pages that the processors keep in their own lists. They are not in MemAvailable, and return to it only tens of
   * seconds after many sandboxes have gone. Absent in campaigns that did not read them.
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
    /** Memory that the guest really has, in MB; null without a guest. */
    guestMemoryMb: z.number().min(0).max(1e9).nullable(),
    /** Sandboxes whose processes are in the snapshot, ready by the service's count before and after it: the divisor. */
    sandboxes: count,
    attempted: count,
    failed: count,
    /** Wait until the memory held still, and whether it did. */
    settle: z.strictObject({ ms: durationMs, reached: z.boolean() }),
    snapshotMs: durationMs,
    components: z.array(componentMemory),
    found: z.strictObject({
      /** Processes found through the sandboxes. */
      bySandbox: count,
      /** Processes found by the runtime's patterns. */
      byPattern: count,
      onlyBySandbox: count,
      onlyByPattern: count,
      /** Processes that exited between listing and reading. */
      vanished: count,
      /** Sandboxes without any process found. */
      without: count,
    }),
    /** PSS of the service's own process; null where it was not found. */
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

/** Memory of one kind of process, summed, KiB. */
export type ComponentMemory = Frozen<z.infer<typeof componentMemory>>;

/** The host's own account of its memory, KiB. */
export type HostMemory = Frozen<z.infer<typeof hostMemory>>;

/** One snapshot of the memory experiment; its processes are in the run folder's result file. */
export type MemoryEvent = Frozen<z.infer<typeof memoryEvent>>;
