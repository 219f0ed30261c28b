import { setImmediate as nextTurn } from "node:timers/promises";
import { endOf, type RoundEvent, type Sample } from "../../campaign-files/events.js";
import { toMicrosecond } from "../../model/to-microsecond.js";
import type { SandboxConfig } from "../cri/grpc/client.js";
import type { Driver, Release, Starts, Workload } from "./driver.js";
import { type Observation, observe, type RoundTools } from "./observe.js";

/** The results of a round; the caller adds its place in the campaign. */
type MeasuredRound = Observation & Pick<RoundEvent, "samples" | "makespanMs" | "startSkewMs" | "serviceSkewMs">;

/** The tools with which a round of cold starts is measured. */
interface ColdRoundTools extends RoundTools {
  /** Returns the ids of the campaign's sandboxes that the service lists as ready. */
  readonly sandboxes: { alive(): Promise<ReadonlySet<string>> };
}

/** Requests are sent in turns of at most this length, so that answers can arrive in between. */
const turnNs = 3_000_000n;

/**
 * Measures one round: waits until the machine is quiet, watches an idle window, releases all clients at once and awaits each,
 * then watches a settle window and checks that the sandboxes still live. The caller removes the sandboxes.
 *
 * @throws the signal's reason if it is aborted; CriError if the service no longer answers
 */
export async function measureRound(
  tools: ColdRoundTools,
  workload: Workload,
  sandboxes: readonly SandboxConfig[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<MeasuredRound> {
  tools.serviceLog?.mark();
  const starts = await tools.driver.begin(workload, sandboxes);
  try {
    const { result, from, observation } = await observe(
      tools,
      from => release(starts, sandboxes, from, timeoutMs, signal),
      ms => Math.min(5, 0.05 * ms),
      signal,
    );
    const completed = await starts.complete(result, from);
    await refuseIfLost(tools.driver, completed);
    const samples = await markDeaths(completed, tools, observation.releasedMs);
    const serviceSkewMs = tools.serviceLog?.skewOf(sandboxes.map(({ uid }) => uid)) ?? null;
    return { ...observation, ...summarise(samples, observation.flags), samples, serviceSkewMs };
  } finally {
    starts.close();
  }
}

function summarise(samples: readonly Sample[], observed: Observation["flags"]) {
  const ready = samples.filter(sample => sample.status === "ready");
  const complete = ready.length === samples.length;
  const sent = samples.map(({ sentMs }) => sentMs);
  const firstMs = Math.min(...sent);
  const died = samples.some(({ status }) => status === "died");
  return {
    makespanMs: complete ? toMicrosecond(Math.max(...ready.map(endOf)) - firstMs) : null,
    startSkewMs: toMicrosecond(Math.max(...sent) - firstMs),
    flags: [...(complete ? [] : (["partial"] as const)), ...observed, ...(died ? (["sandbox-died"] as const) : [])],
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

/** Milliseconds of real time within which a service that did not answer must answer again. */
const lostMs = 5_000;

/**
 * If cold starts failed because the service did not answer, makes sure that it answers now. Failures of a lost service say nothing
 * about the runtime, and are not recorded.
 *
 * @throws CriError if it no longer answers
 */
export async function refuseIfLost(driver: Driver, samples: readonly Sample[]): Promise<void> {
  if (samples.some(sample => sample.status === "failed" && sample.reason === "unavailable")) await driver.ping(lostMs);
}

/** Milliseconds of the campaign's clock after which a missing sandbox is looked for once more, because a list may lag. */
const lookAgainMs = 100;

/**
 * Marks the cold starts whose sandboxes are no longer ready at the round's end, because a sandbox that dies after READY is not a
 * successful cold start.
 */
async function markDeaths(
  samples: readonly Sample[],
  { clock, sandboxes }: Pick<ColdRoundTools, "clock" | "sandboxes">,
  releasedMs: number,
): Promise<readonly Sample[]> {
  const gone = (alive: ReadonlySet<string>) =>
    new Set(samples.flatMap(({ status, sandbox }) => (status === "ready" && !alive.has(sandbox) ? [sandbox] : [])));
  const first = gone(await sandboxes.alive());
  if (first.size === 0) return samples;
  await clock.sleep(lookAgainMs);
  const second = gone(await sandboxes.alive());
  const endedMs = Math.max(0, Math.round(clock.wall().epochMs - releasedMs));
  return samples.map(sample => {
    if (sample.status !== "ready" || !first.has(sample.sandbox) || !second.has(sample.sandbox)) return sample;
    const { client, sandbox, sentMs, readyMs } = sample;
    const message = `ready after ${(readyMs - sentMs).toFixed(1)} ms, but gone when the round ended`;
    return { status: "died", client, sandbox, sentMs, endedMs, reason: "died", message };
  });
}
