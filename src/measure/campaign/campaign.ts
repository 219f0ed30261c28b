import { setMaxListeners } from "node:events";
import type { ManifestRun } from "../../campaign-files/manifest.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { isLost } from "../cri/grpc/errors.js";
import { experimentTable } from "../experiments/index.js";
import { isCounted } from "../experiments/summary.js";
import { now, type Visit, type VisitTools } from "../experiments/visit.js";
import { messageOf } from "../message-of.js";
import type { Plan, PlannedExperiment } from "../plan/plan.js";
import type { CampaignFolder } from "../record/campaign-folder.js";
import { CampaignSandboxes } from "../sandboxes/campaign-sandboxes.js";
import { refuseDying } from "../sandboxes/refuse-dying.js";
import { bootId } from "../system/process-identity.js";
import { describeRuns } from "./describe-runs.js";
import type { CampaignTools } from "./tools.js";

/**
 * Measures the missing rounds of a campaign; each result is on disk before the next round begins. However the campaign ends, its
 * sandboxes are removed and the machine is restored.
 *
 * @param signal interrupts the campaign; the result that is being measured at that moment is lost
 * @throws LabError `RUND_INTERRUPTED`, `RUND_SERVICE_LOST`, `RUND_LEFTOVERS`, `RUND_BACKGROUND`, `RUND_WRITE`,
 * `RUND_CHANGES_LEFT` or `RUND_CHANGES_BUSY`, or an error of the machine's preparation; the folder's manifest contains the
 * message
 */
export async function runCampaign(
  folder: CampaignFolder,
  plan: Plan,
  tools: CampaignTools,
  signal: AbortSignal,
): Promise<void> {
  // every cold start of a round listens to this signal
  setMaxListeners(0, signal);
  const sandboxes = new CampaignSandboxes(tools, folder.manifest.label);
  let failure: unknown;
  try {
    await begin(folder, sandboxes, tools);
    const session = sessionTools(folder, tools, sandboxes, signal);
    const visits = plan.experiments.flatMap(({ parts }) => parts.flatMap(part => part.visits));
    const of = visits.reduce((sum, { rounds }) => sum + rounds.length, 0);
    for (const [index, planned] of plan.experiments.entries()) {
      await runExperiment(folder, planned, runsOf(folder, plan, index), session, of);
    }
  } catch (error) {
    failure = signal.aborted ? interrupted(folder.path) : isLost(error) ? serviceLost(folder.path, error) : error;
  }
  failure = await end(folder, sandboxes, tools, failure, signal.aborted);
  if (failure !== undefined) throw failure;
}

/** Returns the run folders of a plan's experiment: one for each runtime, or for each repeat of it. */
function runsOf({ manifest }: CampaignFolder, plan: Plan, index: number): readonly ManifestRun[] {
  const counts = plan.experiments.map(({ settings: { experiment, runtimes, rounds } }) =>
    experimentTable[experiment].repeats ? runtimes.length * rounds : runtimes.length,
  );
  const first = counts.slice(0, index).reduce((sum, count) => sum + count, 0);
  return manifest.runs.slice(first, first + counts[index]!);
}

const interrupted = (path: string, summary = "interrupted") =>
  new LabError("RUND_INTERRUPTED", "interrupted", summary, {
    where: path,
    hint: `\`rund-lab run --resume ${path}\` continues the campaign`,
  });

const serviceLost = (path: string, cause: unknown) =>
  new LabError("RUND_SERVICE_LOST", "machine", "the service no longer answers; the current round is lost", {
    where: path,
    hint: `see its log, start it again, then run \`rund-lab run --resume ${path}\`, which removes the sandboxes that are left`,
    cause,
  });

async function begin(folder: CampaignFolder, sandboxes: CampaignSandboxes, tools: CampaignTools): Promise<void> {
  const { removed: ours } = await sandboxes.clear();
  const foreign = await sandboxes.foreign();
  if (foreign > 0) {
    tools.warn(
      `the service ignores label filters: it also lists ${counted(foreign, "sandbox")} of others, which rund-lab does not touch`,
    );
  }
  const leftovers = ours + ((await tools.clearOrphans?.()) ?? 0) + (await tools.micro.clear());
  const resumed = folder.events.length > 0;
  folder.append({ event: "session", at: now(), resumed, pid: process.pid, bootId: bootId(), leftovers, foreign });
  tools.preparation.refuseChanges();
  await tools.warmUp?.();
}

/** The tools of a campaign, and those that only its visits need. */
type SessionTools = CampaignTools & Omit<VisitTools, "report">;

/** Returns the tools of one session. What a visit measures goes directly to the campaign's folder. */
function sessionTools(
  folder: CampaignFolder,
  tools: CampaignTools,
  sandboxes: CampaignSandboxes,
  signal: AbortSignal,
): SessionTools {
  const { append, write } = folder;
  const { setGuestMemory } = tools.preparation;
  const windowsOf = (run: string) =>
    folder.events.filter(event => isCounted(event, "arrivals")).filter(window => window.run === run);
  return { ...tools, sandboxes, signal, append, write, setGuestMemory, windowsOf };
}

/**
 * Measures the missing rounds of an experiment, part by part.
 *
 * @param of number of rounds in the campaign
 */
async function runExperiment(
  folder: CampaignFolder,
  { settings, parts, room }: PlannedExperiment,
  runs: readonly ManifestRun[],
  tools: SessionTools,
  of: number,
): Promise<void> {
  const { preparation, workloadFacts, sandboxes, signal } = tools;
  const { experiment } = settings;
  const { repeats, visit: measure } = experimentTable[experiment];
  const keep = { keepMs: tools.timing.keepMs ?? 0, timeoutMs: settings.timeout * 1000 };
  for (const { runtimes, visits } of parts) {
    const open = visits.flatMap((slot): Visit[] => {
      const { run } = runs.find(each => each.runtime === slot.runtime && (!repeats || each.repeat === slot.block))!;
      const missing = folder.done.missing(run, slot);
      const runtime = runtimes.find(({ id }) => id === slot.runtime)!;
      return missing.length === 0
        ? []
        : [{ settings, slot, run, runtime, missing, room: room(runtime)?.sandboxes ?? null }];
    });
    if (open.length === 0) continue;
    await preparation.prepare(runtimes);
    await describeRuns(folder, preparation, runs, runtimes, await workloadFacts(settings));
    await refuseDying(runtimes, tools, sandboxes, keep, signal);
    let last = 0;
    for (const visit of open) {
      const { block, position, runtime, density, concurrency, memoryMb } = visit.slot;
      // checked between two blocks
      if (block !== last && isDecided(folder, visit, runs, tools)) break;
      last = block;
      const cell = { runtime, density, concurrency, memoryMb };
      folder.append({ event: "slot", at: now(), experiment, block, position, run: visit.run, ...cell });
      const report = (doing: string) => tools.report({ experiment, ...cell, doing, done: folder.done.rounds, of });
      await measure(visit, { ...tools, report });
    }
    await sandboxes.clearStanding(folder.append);
    await preparation.restore();
  }
}

/** Whether the complete blocks of an experiment decide its comparison. */
function isDecided(
  { events }: CampaignFolder,
  { settings, slot }: Visit,
  runs: readonly ManifestRun[],
  { decided }: CampaignTools,
): boolean {
  if (settings.untilDecided === undefined) return false;
  const own = new Set(runs.map(({ run }) => run));
  const rounds = events.filter(event => isCounted(event, "round"));
  return decided(
    settings,
    rounds.filter(({ run, block }) => block < slot.block && own.has(run)),
  );
}

/**
 * Cleans up and records how the campaign ended.
 *
 * @returns the failure, together with failures of the clean-up
 */
async function end(
  folder: CampaignFolder,
  sandboxes: CampaignSandboxes,
  { preparation, micro, close, clearOrphans }: CampaignTools,
  failure: unknown,
  aborted: boolean,
): Promise<unknown> {
  let last = failure;
  const attempt = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      last = both(last, error);
    }
  };
  const lost = failure instanceof LabError && failure.code === "RUND_SERVICE_LOST";
  if (!lost) {
    await attempt(async () => {
      await sandboxes.clear(failure !== undefined);
      await clearOrphans?.();
    });
  }
  await attempt(() => micro.clear());
  await attempt(() => preparation.restore());
  await attempt(() => close?.());
  const cleaned = last === failure;
  if (aborted && failure !== undefined && cleaned)
    last = interrupted(folder.path, "interrupted; everything was cleaned up");
  const status = last === undefined ? "complete" : aborted ? "interrupted" : "failed";
  const why = last === undefined ? null : messageOf(last);
  await attempt(() => {
    folder.append({ event: "end", at: now(), status, why });
    folder.update({ status, why, endedAt: now() });
  });
  return last;
}

/** Returns a failure together with failures of the clean-up after it. */
function both(first: unknown, second: unknown): unknown {
  if (first === undefined) return second;
  const { code, kind, hint } =
    first instanceof LabError ? first : { code: "RUND_CLEANUP", kind: "machine" as const, hint: undefined };
  const summary = `${messageOf(first)}; then, while cleaning up: ${messageOf(second)}`;
  const hints = [second instanceof LabError ? second.hint : undefined, hint].filter(each => each !== undefined);
  return new LabError(code, kind, summary, { cause: first, hint: hints.join("; ") || undefined });
}
