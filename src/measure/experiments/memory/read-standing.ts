import type { SandboxSummary } from "../../cri/grpc/client.js";
import type { MemorySnapshot } from "../../host/memory-snapshot.js";
import { elapsedMs } from "../../round/clock.js";
import type { VisitTools } from "../visit.js";

/** Maximum number of readings, and the pause between them, to get one during which no sandbox exits. */
const readings = 5;
const apartMs = 500;

/** A snapshot of standing sandboxes. */
interface StandingReading {
  /** Number of sandboxes whose processes are in the snapshot; PSS is divided by it. */
  readonly sandboxes: number;
  readonly snapshotMs: number;
  readonly snapshot: MemorySnapshot;
}

/**
 * Reads the ready sandboxes until they are the same before and after the reading and each has all its processes, so that the sum
 * and its divisor describe the same sandboxes. The service takes a moment to notice that one has died.
 *
 * @param read throws if there is no sandbox to read
 * @returns the last reading
 */
export async function readStanding(
  { sandboxes, clock, signal }: Pick<VisitTools, "sandboxes" | "clock" | "signal">,
  read: (ready: readonly SandboxSummary[]) => MemorySnapshot,
): Promise<StandingReading> {
  for (let reading = 1; ; reading++) {
    const before = await sandboxes.ready();
    const startedNs = clock.nowNs();
    const snapshot = read(before);
    const snapshotMs = elapsedMs(startedNs, clock.nowNs());
    const after = await sandboxes.ready();
    const { vanished, without } = snapshot.found;
    const stood = after.length === before.length && vanished === 0 && without === 0;
    if (stood || reading === readings) return { sandboxes: before.length - without, snapshotMs, snapshot };
    await clock.sleep(apartMs, signal);
  }
}
