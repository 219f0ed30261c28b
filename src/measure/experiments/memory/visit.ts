import { formatMemoryFile, formatSmemTable } from "../../../logs/index.js";
import { LabError } from "../../../model/errors.js";
import type { SandboxSummary } from "../../cri/client.js";
import type { MemorySnapshot } from "../../host/memory-snapshot.js";
import { elapsedMs } from "../../round/clock.js";
import { settleMemory } from "../../round/settle.js";
import { now, type Visit, type VisitTools, visitRequest } from "../visit.js";
import { standingWorkloadOf } from "../workload.js";

/** Takes one snapshot of standing sandboxes, starting from an empty machine. */
export async function visitMemory(visit: Visit, tools: VisitTools): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { clock, memory, sandboxes, signal } = tools;
  const { density, block, position } = slot;
  const memoryMb = slot.memoryMb!;
  await sandboxes.clearStanding(tools.append);
  const guestMemoryMb = await tools.setGuestMemory(runtime, memoryMb);
  tools.report("bring-up");
  const hostBefore = memory.host();
  const up = await sandboxes.bringUp(
    { purpose: "memory", runtime: runtime.id, density },
    standingWorkloadOf(settings),
    n => visitRequest(sandboxes, visit, block, n, "background"),
    settings.timeout * 1000,
    signal,
  );
  const read = (there: readonly SandboxSummary[]) => {
    if (there.length === 0) throw noneToMeasure(runtime.id, density, up.why);
    const ids = there.map(({ id }) => id);
    return memory.snapshot(runtime, ids, { memoryMb, density });
  };
  tools.report("settling");
  const settle = await settleMemory(clock, () => total(read(up.ready)), signal);
  tools.report("snapshot");
  const reading = await readStanding(tools, read);
  const { processes, components, found } = reading.snapshot;
  const hostAfter = memory.host();
  const enginePssKiB = memory.enginePssKiB();
  const kernel = memory.settings();
  const cleanupNs = clock.nowNs();
  await sandboxes.clearStanding(tools.append);
  tools.write(`${run}/${formatMemoryFile(memoryMb, density)}`, formatSmemTable(processes));
  tools.append({
    event: "memory",
    at: now(),
    run,
    runtime: runtime.id,
    density,
    block,
    position,
    memoryMb,
    guestMemoryMb,
    sandboxes: reading.sandboxes,
    attempted: up.started + up.failed,
    failed: up.failed,
    settle,
    snapshotMs: reading.snapshotMs,
    components,
    found,
    enginePssKiB,
    hostBefore,
    hostAfter,
    kernel,
    cleanupMs: elapsedMs(cleanupNs, clock.nowNs()),
  });
}

/** Maximum number of readings, and the pause between them, to get one during which no sandbox exits. */
const readings = 5;
const apartMs = 500;

interface StandingReading {
  /** Sandboxes whose processes are in the snapshot: the divisor. */
  readonly sandboxes: number;
  readonly snapshotMs: number;
  readonly snapshot: MemorySnapshot;
}

/**
 * Reads the sandboxes that are ready until they are the same before and after and each has all its processes, so that the
 * sum and its divisor are about the same sandboxes. The service takes a moment to notice that one has died.
 *
 * @param read throws if there is no sandbox to read
 * @returns the last reading
 */
async function readStanding(
  { sandboxes, clock, signal }: Pick<VisitTools, "sandboxes" | "clock" | "signal">,
  read: (there: readonly SandboxSummary[]) => MemorySnapshot,
): Promise<StandingReading> {
  for (let reading = 1; ; reading++) {
    const there = await sandboxes.ready();
    const startedNs = clock.nowNs();
    const snapshot = read(there);
    const snapshotMs = elapsedMs(startedNs, clock.nowNs());
    const after = await sandboxes.ready();
    const { vanished, without } = snapshot.found;
    const stood = after.length === there.length && vanished === 0 && without === 0;
    if (stood || reading === readings) return { sandboxes: there.length - without, snapshotMs, snapshot };
    await clock.sleep(apartMs, signal);
  }
}

const noneToMeasure = (runtime: string, density: number, why: string | null) =>
  new LabError("RUND_BACKGROUND", "machine", `${runtime}: no sandbox to measure came up`, {
    expected: `${density} sandboxes ready`,
    found: `none (${why ?? "each has ended again"})`,
    hint: "`rund-lab doctor` shows what this machine lacks",
  });

const total = ({ components }: MemorySnapshot): number => components.reduce((sum, { pssKiB }) => sum + pssKiB, 0);
