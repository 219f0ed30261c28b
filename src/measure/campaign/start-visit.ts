import { LabError } from "../../model/errors.js";
import { elapsedMs } from "../round/clock.js";
import { coldStart } from "../round/cold-start.js";
import { measureRound } from "../round/round.js";
import { bringUp, readyBackground } from "./background.js";
import { cleanUp, isLost, removeSandbox } from "./cleanup.js";
import { now, refuseLeftovers, type Session, type Visit } from "./session.js";

/** Measures the missing rounds of a visit in the time or density experiment, each on disk before the next. */
export async function visitRounds(session: Session, visit: Visit): Promise<void> {
  const { settings, slot, runtime } = visit;
  if (session.standing !== `${runtime.id} ${slot.density}`) await session.clearBackground();
  if (slot.density > 0) await bringBackground(session, visit, false);
  await prewarm(session, visit);
  for (let n = 1; n <= settings.warmup; n++) await measureOne(session, visit, n, true);
  for (const round of visit.missing) await measureOne(session, visit, round, false);
}

/** Starts one sandbox and removes it, so that no cell's first round pays for what is only done once. */
async function prewarm(session: Session, visit: Visit): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { cri, clock } = session.tools;
  session.report(visit, "prewarm");
  const startedNs = clock.nowNs();
  const sandbox = session.request(visit, 1, 1, "prewarm");
  const sample = await coldStart(session.tools, sandbox, 1, startedNs, settings.timeout * 1000, session.signal);
  await session.refuseIfLost([sample]);
  if (sample.sandbox !== null) await removeSandbox(cri, sample.sandbox).catch(rethrowIfLost);
  const failure = sample.status === "ready" ? null : sample.message;
  const ms = elapsedMs(startedNs, clock.nowNs());
  session.append({ event: "prewarm", at: now(), run, runtime: runtime.id, density: slot.density, ms, failure });
}

async function measureOne(session: Session, visit: Visit, round: number, warmup: boolean): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { cri, clock, serviceLog } = session.tools;
  const { density, block, position } = slot;
  const concurrency = slot.concurrency!;
  session.signal.throwIfAborted();
  session.report(visit, `${warmup ? "warm-up" : "round"} ${round}`);
  const prepare = settings.prepare === null ? null : await session.tools.runCommand(settings.prepare, session.signal);
  const topUps = density > 0 ? await bringBackground(session, visit, true) : 0;
  const before = density > 0 ? await readyBackground(cri, session.label) : [];

  const role = warmup ? "warmup" : "test";
  const sandboxes = Array.from({ length: concurrency }, (_, index) => session.request(visit, round, index + 1, role));
  serviceLog?.mark();
  const measured = await measureRound(session.tools, sandboxes, settings.timeout * 1000, session.signal);
  await session.refuseIfLost(measured.samples);
  const serviceSkewMs = serviceLog?.skewOf(sandboxes.map(({ uid }) => uid)) ?? null;
  const after = density > 0 ? await readyBackground(cri, session.label) : [];
  const died = before.some(({ id }) => !after.some(other => other.id === id));

  const cleanupNs = clock.nowNs();
  const cleared = await cleanUp(
    session.tools,
    session.label,
    role => role !== "background",
    measured.samples.some(({ status }) => status !== "ready"),
  );
  const flags = new Set(measured.flags);
  if (topUps > 0) flags.add("topped-up");
  if (died) flags.add("partial").add("background-died");
  session.append({
    event: "round",
    at: now(),
    run,
    runtime: runtime.id,
    density,
    block,
    position,
    concurrency,
    round,
    warmup,
    ...measured,
    makespanMs: died ? null : measured.makespanMs,
    serviceSkewMs,
    prepare,
    cleanupMs: elapsedMs(cleanupNs, clock.nowNs()),
    background: density > 0 ? { before: before.length, after: after.length, topUps } : null,
    flags: [...flags],
  });
  refuseLeftovers(cleared);
}

/** Brings the background up to its number. @returns how many sandboxes that took */
async function bringBackground(session: Session, visit: Omit<Visit, "missing">, topUp: boolean): Promise<number> {
  const { settings, slot, run, runtime } = visit;
  const { density } = slot;
  if (!topUp && session.standing === `${runtime.id} ${density}`) return 0;
  if (!topUp) session.report(visit, "background");
  session.standing = `${runtime.id} ${density}`;
  const request = (n: number) => session.request(visit, 1, n, "background");
  const timeoutMs = settings.timeout * 1000;
  const { started, failed, ready, ms, why } = await bringUp(
    session.tools,
    session.label,
    density,
    request,
    timeoutMs,
    session.signal,
  );
  if (started + failed > 0) {
    session.append({
      event: "background",
      at: now(),
      run,
      runtime: runtime.id,
      density,
      started,
      failed,
      ready: ready.length,
      ms,
      topUp,
    });
  }
  if (ready.length < density) {
    throw new LabError("RUND_BACKGROUND", "machine", `${runtime.id}: the background cannot be brought up`, {
      expected: `${density} sandboxes ready`,
      found: `${ready.length}${why === null ? "" : ` (${why})`}`,
      hint: "fewer background sandboxes, or more memory and pids for them; `rund-lab doctor` shows the limits",
    });
  }
  return started;
}

function rethrowIfLost(error: unknown): void {
  if (isLost(error)) throw error;
}
