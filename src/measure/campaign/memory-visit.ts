import { formatMemoryFile, formatSmemTable } from "../../logs/index.js";
import { LabError } from "../../model/errors.js";
import type { SandboxSummary } from "../cri/client.js";
import type { MemorySnapshot } from "../host/memory-snapshot.js";
import { elapsedMs } from "../round/clock.js";
import { settleMemory } from "../round/settle.js";
import { bringUp, readyBackground } from "./background.js";
import { now, type Session, type Visit } from "./session.js";

/** One snapshot, from empty. */
export async function visitMemory(session: Session, visit: Visit, memoryMb: number): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { clock, memory, environment } = session.tools;
  const { density, block, position } = slot;
  await session.clearBackground();
  const guestMemoryMb = await environment.setGuestMemory(runtime, memoryMb);
  session.report(visit, "bring-up");
  const hostBefore = memory.host();
  const up = await bringUp(
    session.tools,
    session.label,
    density,
    n => session.request(visit, block, n, "background"),
    settings.timeout * 1000,
    session.signal,
  );
  session.standing = `${runtime.id} memory`;
  const read = (there: readonly SandboxSummary[]) => {
    if (there.length === 0) throw noneToMeasure(runtime.id, density, up.why);
    const ids = there.map(({ id }) => id);
    return memory.snapshot(runtime, ids, { memoryMb, density });
  };
  session.report(visit, "settling");
  const settle = await settleMemory(clock, () => total(read(up.ready)), session.signal);
  session.report(visit, "snapshot");
  const { sandboxes, snapshotMs, snapshot } = await readStanding(session, read);
  const { processes, components, found } = snapshot;
  const hostAfter = memory.host();
  const enginePssKiB = memory.enginePssKiB();
  const kernel = memory.settings();
  const cleanupNs = clock.nowNs();
  await session.clearBackground();
  session.folder.write(`${run}/${formatMemoryFile(memoryMb, density)}`, formatSmemTable(processes));
  session.append({
    event: "memory",
    at: now(),
    run,
    runtime: runtime.id,
    density,
    block,
    position,
    memoryMb,
    guestMemoryMb,
    sandboxes,
    attempted: up.started + up.failed,
    failed: up.failed,
    settle,
    snapshotMs,
    components,
    found,
    enginePssKiB,
    hostBefore,
    hostAfter,
    kernel,
    cleanupMs: elapsedMs(cleanupNs, clock.nowNs()),
  });
}

/** So many readings are tried, so far apart, for one in which no sandbox ends. */
const readings = 5;
const apartMs = 500;

/**
 * Reads the sandboxes that are ready, until they are the same before and after and each has all its processes: so that what
 * is summed and what it is divided by are the same sandboxes. The service takes a moment to notice that one has died.
 *
 * @param read throws where there is none to read
 * @returns the last reading, whose sandboxes are those with processes
 */
async function readStanding(
  { tools: { cri, clock }, label, signal }: Session,
  read: (there: readonly SandboxSummary[]) => MemorySnapshot,
): Promise<{ readonly sandboxes: number; readonly snapshotMs: number; readonly snapshot: MemorySnapshot }> {
  for (let reading = 1; ; reading++) {
    const there = await readyBackground(cri, label);
    const startedNs = clock.nowNs();
    const snapshot = read(there);
    const snapshotMs = elapsedMs(startedNs, clock.nowNs());
    const after = await readyBackground(cri, label);
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
