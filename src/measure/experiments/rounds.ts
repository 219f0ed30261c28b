import type { CampaignEvent, Sample } from "../../campaign-files/events.js";
import type { SandboxSummary } from "../cri/grpc/client.js";
import { isLost } from "../cri/grpc/errors.js";
import { elapsedMs } from "../round/clock.js";
import type { Driver } from "../round/driver.js";
import { measureRound } from "../round/round.js";
import { callMs, refuseLeftovers } from "../sandboxes/removal.js";
import { startOne } from "../sandboxes/start-one.js";
import { markDeaths } from "./deaths.js";
import type { MeasuredRound } from "./experiment.js";
import { now, type Visit, type VisitTools, visitRequest } from "./visit.js";
import { workloadOf } from "./workload.js";

/** Milliseconds of real time that a service which has stopped answering gets to answer again. */
const lostMs = 5_000;

/** The background sandboxes of rounds. */
export interface RoundBackground {
  /**
   * Replaces background sandboxes that have died.
   *
   * @returns the number of started ones
   */
  topUp(): Promise<number>;
  /** The background sandboxes that are ready, by the service's own count. */
  ready(): Promise<readonly SandboxSummary[]>;
}

/**
 * Measures the missing rounds of a visit; each is on disk before the next begins. One sandbox is started and removed before them,
 * so that no cell's first round includes one-time costs.
 *
 * @param background null if rounds run on an empty machine
 */
export async function measureRounds(
  visit: Visit,
  tools: VisitTools,
  background: RoundBackground | null,
): Promise<void> {
  await prewarm(visit, tools);
  for (let n = 1; n <= visit.settings.warmup; n++) await measureOne(visit, tools, background, n, true);
  for (const round of visit.missing) await measureOne(visit, tools, background, round, false);
}

/** Returns the round of a cold-start experiment's event; null for a warm-up and for any other event. */
export function roundOf(event: CampaignEvent): MeasuredRound | null {
  if (event.event !== "round" || event.warmup) return null;
  const { run, density, concurrency, round } = event;
  return { run, density, concurrency, memoryMb: null, round };
}

/** Starts one sandbox and removes it, so that no cell's first round includes one-time costs. */
export async function prewarm(visit: Visit, tools: VisitTools): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { driver, clock, sandboxes, signal } = tools;
  tools.report("prewarm");
  const startedNs = clock.nowNs();
  const sandbox = visitRequest(sandboxes, visit, 1, 1, "prewarm");
  const sample = await startOne(tools, workloadOf(settings), sandbox, settings.timeout * 1000, signal);
  await refuseIfLost(driver, [sample]);
  if (sample.sandbox !== null) await driver.remove(sample.sandbox, callMs).catch(rethrowIfLost);
  const failure = sample.status === "ready" ? null : sample.message;
  const ms = elapsedMs(startedNs, clock.nowNs());
  tools.append({ event: "prewarm", at: now(), run, runtime: runtime.id, density: slot.density, ms, failure });
}

async function measureOne(
  visit: Visit,
  tools: VisitTools,
  background: RoundBackground | null,
  round: number,
  warmup: boolean,
): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { driver, clock, serviceLog, sandboxes, signal } = tools;
  const { density, block, position } = slot;
  const concurrency = slot.concurrency!;
  signal.throwIfAborted();
  tools.report(`${warmup ? "warm-up" : "round"} ${round}`);
  const prepare = settings.prepare === null ? null : await tools.runCommand(settings.prepare, signal);
  const topUps = (await background?.topUp()) ?? 0;
  const before = (await background?.ready()) ?? [];

  const role = warmup ? "warmup" : "test";
  const requests = Array.from({ length: concurrency }, (_, index) =>
    visitRequest(sandboxes, visit, round, index + 1, role),
  );
  const usage = driver.nodeUsage?.bind(driver);
  const usedBefore = await usage?.();
  serviceLog?.mark();
  const measured = await measureRound(tools, workloadOf(settings), requests, settings.timeout * 1000, signal);
  await refuseIfLost(driver, measured.samples);
  const samples = await markDeaths(measured, () => sandboxes.alive(), clock);
  const serviceSkewMs = serviceLog?.skewOf(requests.map(({ uid }) => uid)) ?? null;
  const after = (await background?.ready()) ?? [];
  const backgroundDied = before.some(({ id }) => !after.some(other => other.id === id));
  const died = samples.some(({ status }) => status === "died");

  const usedAfter = await usage?.();
  const cleanupNs = clock.nowNs();
  const cleared = await sandboxes.clearRound(samples.some(({ status }) => status !== "ready"));
  const flags = new Set(measured.flags);
  // on a cluster there is no host whose CPU could be counted
  if (usedBefore !== undefined) flags.delete("cpu-quantised");
  if (topUps > 0) flags.add("topped-up");
  if (backgroundDied) flags.add("partial").add("background-died");
  if (died) flags.add("partial").add("sandbox-died");
  tools.append({
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
    samples,
    makespanMs: died || backgroundDied ? null : measured.makespanMs,
    serviceSkewMs,
    prepare,
    cleanupMs: elapsedMs(cleanupNs, clock.nowNs()),
    removalsMs: cleared.removalsMs,
    background: background === null ? null : { before: before.length, after: after.length, topUps },
    ...(usedBefore === undefined || usedAfter === undefined ? {} : { nodes: { before: usedBefore, after: usedAfter } }),
    flags: [...flags],
  });
  refuseLeftovers(cleared);
}

/**
 * Makes sure that the service still answers, if cold starts failed because it did not; otherwise they are no result.
 *
 * @throws CriError if it no longer answers
 */
async function refuseIfLost(driver: Driver, samples: readonly Sample[]): Promise<void> {
  if (!samples.some(sample => sample.status === "failed" && sample.reason === "unavailable")) return;
  await driver.ping(lostMs);
}

function rethrowIfLost(error: unknown): void {
  if (isLost(error)) throw error;
}
