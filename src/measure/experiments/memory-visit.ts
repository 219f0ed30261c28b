import { formatMemoryFile, formatSmemTable } from "../../logs/index.js";
import { LabError } from "../../model/errors.js";
import type { MemorySnapshot } from "../host/memory-snapshot.js";
import { bringUp, readyBackground } from "./background.js";
import { elapsedMs } from "./clock.js";
import { now, type Session, type Visit } from "./session.js";
import { settleMemory } from "./settle.js";

/** One snapshot, from empty. */
export async function visitMemory(session: Session, visit: Visit, memoryMb: number): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { cri, clock, memory, environment } = session.tools;
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
  const ids = up.ready.map(({ id }) => id);
  if (ids.length === 0) {
    throw new LabError("RUND_BACKGROUND", "machine", `${runtime.id}: no sandbox to measure came up`, {
      expected: `${density} sandboxes ready`,
      found: `none (${up.why ?? "each has ended again"})`,
      hint: "`rund-lab doctor` shows what this machine lacks",
    });
  }
  session.report(visit, "settling");
  const read = () => memory.snapshot(runtime, ids, { memoryMb, density });
  const settle = await settleMemory(clock, () => total(read()), session.signal);
  session.report(visit, "snapshot");
  const startedNs = clock.nowNs();
  const { processes, components, found } = read();
  const snapshotMs = elapsedMs(startedNs, clock.nowNs());
  const hostAfter = memory.host();
  // a sandbox that died meanwhile is no divisor
  const there = await readyBackground(cri, session.label);
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
    sandboxes: there.length,
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

const total = ({ components }: MemorySnapshot): number => components.reduce((sum, { pssKiB }) => sum + pssKiB, 0);
