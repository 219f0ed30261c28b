import { setImmediate as nextTurn } from "node:timers/promises";
import type { RoundEvent, Sample } from "../../campaign-files/events.js";
import { endOf } from "../../campaign-files/events.js";
import type { SandboxConfig } from "../cri/grpc/client.js";
import type { Release, Starts, Workload } from "./driver.js";
import { micro, observe, type RoundTools } from "./observe.js";

/** The results of a round; the caller adds its place in the campaign. */
export type MeasuredRound = Pick<
  RoundEvent,
  | "releasedMs"
  | "samples"
  | "makespanMs"
  | "startSkewMs"
  | "cpu"
  | "loopDelayMs"
  | "clockStepMs"
  | "quiet"
  | "host"
  | "swapIn"
  | "memoryStallUs"
  | "diskShare"
  | "flags"
>;

/** Requests are sent in turns of at most this length, so that answers can arrive in between. */
const turnNs = 3_000_000n;

/**
 * Measures one round: waits until the machine is quiet, watches an idle window, releases all clients at once and awaits each,
 * then watches a settle window. The caller removes the sandboxes.
 *
 * @throws the signal's reason if it is aborted
 */
export async function measureRound(
  tools: RoundTools,
  workload: Workload,
  sandboxes: readonly SandboxConfig[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<MeasuredRound> {
  const starts = await tools.driver.begin(workload, sandboxes);
  try {
    return await measureStarts(tools, starts, sandboxes, timeoutMs, signal);
  } finally {
    starts.close();
  }
}

async function measureStarts(
  tools: RoundTools,
  starts: Starts,
  sandboxes: readonly SandboxConfig[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<MeasuredRound> {
  const { result, from, observation } = await observe(
    tools,
    from => release(starts, sandboxes, from, timeoutMs, signal),
    ms => Math.min(5, 0.05 * ms),
    signal,
  );
  const samples = await starts.complete(result, from);
  const ready = samples.flatMap(sample => (sample.status === "ready" ? [sample] : []));
  const complete = ready.length === samples.length;
  const sent = samples.map(({ sentMs }) => sentMs);
  const firstMs = Math.min(...sent);
  const makespanMs = complete ? Math.max(...ready.map(endOf)) - firstMs : null;
  const { ms: _, flags, ...observed } = observation;
  return {
    ...observed,
    samples,
    makespanMs: makespanMs === null ? null : micro(makespanMs),
    startSkewMs: micro(Math.max(...sent) - firstMs),
    flags: [...(complete ? [] : (["partial"] as const)), ...flags],
  };
}

/** Sends every request and awaits them all. */
async function release(
  starts: Starts,
  sandboxes: readonly SandboxConfig[],
  from: Release,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<readonly Sample[]> {
  const started: Promise<Sample>[] = [];
  let turnBegan = process.hrtime.bigint();
  for (const [index, sandbox] of sandboxes.entries()) {
    const sample = starts.start(sandbox, index + 1, from, timeoutMs, signal);
    // an interruption rejects them all, some of them before they are awaited
    sample.catch(() => {});
    started.push(sample);
    if (process.hrtime.bigint() - turnBegan > turnNs) {
      await nextTurn();
      turnBegan = process.hrtime.bigint();
    }
  }
  await Promise.allSettled(started);
  return Promise.all(started);
}
