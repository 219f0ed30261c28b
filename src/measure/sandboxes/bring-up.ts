import { endOf } from "../../campaign-files/events.js";
import type { SandboxConfig, SandboxSummary } from "../cri/grpc/client.js";
import type { SandboxRole } from "../cri/labels.js";
import { type Clock, elapsedMs } from "../round/clock.js";
import type { Driver, Workload } from "../round/driver.js";
import { refuseIfLost } from "../round/round.js";
import { inParallel } from "../system/workers.js";
import { callMs, listOwn } from "./removal.js";

/** Number of sandboxes that are started at a time, as in the original. */
const workers = 10;

/** The result of starting standing sandboxes. */
export interface BroughtUp {
  readonly started: number;
  readonly failed: number;
  readonly ready: readonly SandboxSummary[];
  readonly ms: number;
  /** For each successful start: milliseconds from its request to its end. */
  readonly latenciesMs: readonly number[];
  /** The service's message about the first failure; null if there was none. */
  readonly why: string | null;
}

/**
 * Starts standing sandboxes until the wanted number is ready by the service's own count. Those that have died are removed first;
 * a failed start is counted and not repeated.
 *
 * @param workload how each of them is started, and when it counts as started
 * @param request returns the request for the n-th sandbox, 1 for the first
 * @throws the signal's reason if it is aborted; CriError if the service no longer answers
 */
export async function bringUp(
  { driver, clock }: { readonly driver: Driver; readonly clock: Clock },
  campaign: string,
  workload: Workload,
  wanted: number,
  request: (n: number) => SandboxConfig,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<BroughtUp> {
  const startedNs = clock.nowNs();
  const standing = await listOwn(driver, campaign, isBackground);
  const dead = standing.filter(({ state }) => state !== "SANDBOX_READY");
  await inParallel(dead, workers, ({ id }) => driver.remove(id, callMs));
  const missing = Math.max(0, wanted - (standing.length - dead.length));
  let failed = 0;
  let why: string | null = null;
  const latenciesMs: number[] = [];
  const requests = Array.from({ length: missing }, (_, index) => request(index + 1));
  const starts = await driver.begin(workload, requests);
  const from = { atNs: startedNs, epochMs: clock.wall().epochMs };
  try {
    await inParallel([...requests.entries()], workers, async ([index, sandbox]) => {
      signal.throwIfAborted();
      const sample = await starts.start(sandbox, index + 1, from, timeoutMs, signal);
      if (sample.status === "ready") {
        latenciesMs.push(endOf(sample) - sample.sentMs);
        return;
      }
      await refuseIfLost(driver, [sample]);
      failed++;
      why ??= sample.message;
    });
  } finally {
    starts.close();
  }
  const ready = await readyBackground(driver, campaign);
  return { started: missing - failed, failed, ready, ms: elapsedMs(startedNs, clock.nowNs()), latenciesMs, why };
}

/** Returns the background sandboxes that are ready, by the service's own count. */
export async function readyBackground(driver: Driver, campaign: string): Promise<readonly SandboxSummary[]> {
  const standing = await listOwn(driver, campaign, isBackground);
  return standing.filter(({ state }) => state === "SANDBOX_READY");
}

const isBackground = (role: SandboxRole) => role === "background";
