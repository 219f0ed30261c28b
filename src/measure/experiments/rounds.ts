import type { SandboxSummary } from "../cri/grpc/client.js";
import { isLost } from "../cri/grpc/errors.js";
import { elapsedMs } from "../round/clock.js";
import { measureRound, refuseIfLost } from "../round/round.js";
import { callMs, refuseLeftovers } from "../sandboxes/removal.js";
import { startOne } from "../sandboxes/start-one.js";
import { beginRound, eachRound, now, roundRequests, type Visit, type VisitTools, visitRequest } from "./visit.js";
import { workloadOf } from "./workload.js";

/** The background sandboxes of rounds. */
export interface RoundBackground {
  /**
   * Replaces background sandboxes that have died.
   *
   * @returns the number of started ones
   */
  topUp(): Promise<number>;
  /** Returns the background sandboxes that are ready, by the service's own count. */
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
  await eachRound(visit, (round, warmup) => measureOne(visit, tools, background, round, warmup));
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
  const { clock, sandboxes, signal } = tools;
  const { density, block, position } = slot;
  const concurrency = slot.concurrency!;
  const prepare = await beginRound(visit, tools, `${warmup ? "warm-up" : "round"} ${round}`);
  const topUps = (await background?.topUp()) ?? 0;
  const before = (await background?.ready()) ?? [];

  const requests = roundRequests(sandboxes, visit, round, concurrency, warmup);
  const measured = await measureRound(tools, workloadOf(settings), requests, settings.timeout * 1000, signal);

  const after = (await background?.ready()) ?? [];
  const backgroundDied = before.some(({ id }) => !after.some(other => other.id === id));
  const cleanupNs = clock.nowNs();
  const cleared = await sandboxes.clearRound(measured.samples.some(({ status }) => status !== "ready"));
  const flags = new Set(measured.flags);
  if (topUps > 0) flags.add("topped-up");
  if (backgroundDied) flags.add("partial").add("background-died");
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
    makespanMs: backgroundDied ? null : measured.makespanMs,
    prepare,
    cleanupMs: elapsedMs(cleanupNs, clock.nowNs()),
    removalsMs: cleared.removalsMs,
    background: background === null ? null : { before: before.length, after: after.length, topUps },
    flags: [...flags],
  });
  refuseLeftovers(cleared);
}

function rethrowIfLost(error: unknown): void {
  if (isLost(error)) throw error;
}
