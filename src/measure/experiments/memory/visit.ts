import { formatMemoryFile, formatSmemTable } from "../../../logs/index.js";
import { counted } from "../../../model/counted.js";
import { LabError } from "../../../model/errors.js";
import type { SandboxSummary } from "../../cri/grpc/client.js";
import type { MemorySnapshot } from "../../host/memory-snapshot.js";
import { elapsedMs } from "../../round/clock.js";
import { settleMemory } from "../../round/steady.js";
import { now, type Visit, type VisitTools, visitRequest } from "../visit.js";
import { standingWorkloadOf } from "../workload.js";
import { readStanding } from "./read-standing.js";

/** Takes one snapshot of standing sandboxes, starting from an empty machine. */
export async function visitMemory(visit: Visit, tools: VisitTools): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { clock, memory, sandboxes, signal } = tools;
  const { density, block, position } = slot;
  const memoryMb = slot.memoryMb!;
  await sandboxes.clearStanding(tools.append);
  const guestMemoryMb = await tools.setGuestMemory(runtime, memoryMb);
  tools.report("starting sandboxes");
  const hostBefore = memory.host();
  const up = await sandboxes.startStanding(
    { purpose: "memory", runtime: runtime.id, density },
    standingWorkloadOf(settings),
    n => visitRequest(sandboxes, visit, block, n, "background"),
    settings.timeout * 1000,
    signal,
  );
  const read = (ready: readonly SandboxSummary[]) => {
    if (ready.length === 0) throw noneToMeasure(runtime.id, density, up.why);
    const ids = ready.map(({ id }) => id);
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

const noneToMeasure = (runtime: string, density: number, why: string | null) =>
  new LabError("RUND_BACKGROUND", "machine", `${runtime}: no sandbox stayed ready to be measured`, {
    expected: `${counted(density, "sandbox")} ready`,
    found: `none (${why ?? "each ended"})`,
    hint: "`rund-lab doctor` shows what this machine lacks",
  });

const total = ({ components }: MemorySnapshot): number => components.reduce((sum, { pssKiB }) => sum + pssKiB, 0);
