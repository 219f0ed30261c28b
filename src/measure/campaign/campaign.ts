import { setMaxListeners } from "node:events";
import type { CampaignEvent } from "../../campaign-files/events.js";
import type { ManifestRun } from "../../campaign-files/manifest.js";
import { LabError } from "../../model/errors.js";
import type { Plan, PlannedExperiment } from "../plan/plan.js";
import type { ExperimentSettings } from "../plan/settings.js";
import type { CampaignFolder } from "../record/campaign-folder.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { bootId } from "../system/process-identity.js";
import { isLost } from "./cleanup.js";
import type { RunDescription } from "./environment.js";
import { visitMemory } from "./memory-visit.js";
import { now, Session, serviceLost } from "./session.js";
import { visitRounds } from "./start-visit.js";
import type { CampaignTools } from "./tools.js";

/**
 * Measures what of a campaign is not measured yet, each result on disk before the next is begun. However it ends, the
 * campaign's sandboxes are removed and the machine is put back as it was.
 *
 * @param signal interrupts: between two results, or in the middle of one, which is then lost
 * @throws LabError `RUND_INTERRUPTED`, `RUND_SERVICE_LOST`, `RUND_LEFTOVERS`, `RUND_BACKGROUND`, `RUND_WRITE`,
 *   `RUND_CHANGES_LEFT` or `RUND_CHANGES_BUSY`, or of the machine's preparation; the folder's manifest says the same
 */
export async function runCampaign(
  folder: CampaignFolder,
  plan: Plan,
  tools: CampaignTools,
  signal: AbortSignal,
): Promise<void> {
  // every cold start of a round listens to it
  setMaxListeners(0, signal);
  const visits = plan.experiments.flatMap(({ parts }) => parts.flatMap(part => part.visits));
  const of = visits.reduce((sum, { rounds }) => sum + rounds.length, 0);
  const session = new Session(folder, folder.manifest.label, tools, signal, of);
  let failure: unknown;
  try {
    await begin(session);
    let first = 0;
    for (const planned of plan.experiments) {
      const count = runsOf(planned.settings);
      await runExperiment(session, planned, folder.manifest.runs.slice(first, first + count));
      first += count;
    }
  } catch (error) {
    failure = signal.aborted ? interrupted(folder.path) : isLost(error) ? serviceLost(folder.path, error) : error;
  }
  failure = await end(session, failure);
  if (failure !== undefined) throw failure;
}

/** How many run folders an experiment has: one for each runtime, in the memory experiment for each repeat of it. */
const runsOf = ({ experiment, runtimes, rounds }: ExperimentSettings): number =>
  runtimes.length * (experiment === "memory" ? rounds : 1);

const interrupted = (path: string) =>
  new LabError("RUND_INTERRUPTED", "interrupted", "interrupted; everything is cleaned up", {
    where: path,
    hint: `\`rund-lab run --resume ${path}\` goes on`,
  });

async function begin(session: Session): Promise<void> {
  const { removed } = await session.clear();
  const resumed = session.folder.events.length > 0;
  session.append({ event: "session", at: now(), resumed, pid: process.pid, bootId: bootId(), leftovers: removed });
  session.tools.environment.refuseChanges();
}

async function runExperiment(
  session: Session,
  { settings, parts }: PlannedExperiment,
  runs: readonly ManifestRun[],
): Promise<void> {
  const { environment } = session.tools;
  const repeats = settings.experiment === "memory";
  for (const { runtimes, visits } of parts) {
    const open = visits.flatMap(slot => {
      const own = runs.find(run => run.runtime === slot.runtime && (!repeats || run.repeat === slot.block));
      const runtime = runtimes.find(({ id }) => id === slot.runtime)!;
      const missing = session.done.missing(own!.run, slot);
      return missing.length > 0 ? [{ settings, slot, run: own!.run, runtime, missing }] : [];
    });
    if (open.length === 0) continue;
    await environment.prepare(runtimes);
    await describe(session, runs, runtimes);
    for (const visit of open) {
      const { block, position, density, concurrency, memoryMb } = visit.slot;
      const place = { run: visit.run, runtime: visit.runtime.id, density, concurrency, memoryMb };
      session.append({ event: "slot", at: now(), experiment: settings.experiment, block, position, ...place });
      if (memoryMb === null) await visitRounds(session, visit);
      else await visitMemory(session, visit, memoryMb);
    }
    await session.clearBackground();
    await environment.restore();
  }
}

/** Writes down the circumstances of runs, now that the machine is as they will find it. */
async function describe(
  { folder, tools }: Session,
  runs: readonly ManifestRun[],
  runtimes: readonly RuntimeDeclaration[],
): Promise<void> {
  for (const runtime of runtimes) {
    const { files, ...described } = await tools.environment.describe(runtime);
    for (const run of runs.filter(each => each.runtime === runtime.id)) {
      refuseOtherVersions(run, described.versions, folder.events);
      for (const [name, text] of Object.entries(files)) folder.write(`${run.run}/${name}`, text);
      const known = folder.manifest.runs.map(each => (each.run === run.run ? { ...each, ...described } : each));
      folder.update({ runs: known });
    }
  }
}

/** @throws LabError `RUND_RESUME_VERSIONS` if rounds of a run were measured on other software */
function refuseOtherVersions(
  { run, versions: before }: ManifestRun,
  after: RunDescription["versions"],
  events: readonly CampaignEvent[],
): void {
  if (!events.some(event => (event.event === "round" || event.event === "memory") && event.run === run)) return;
  const changed = (Object.keys(before) as (keyof typeof before)[]).find(name => before[name] !== after[name]);
  if (changed === undefined) return;
  throw new LabError("RUND_RESUME_VERSIONS", "input", `${changed} is another one than when this run began`, {
    where: run,
    expected: String(before[changed]),
    found: String(after[changed]),
    hint: "one run is measured on one machine with one set of software: measure again in a new folder",
  });
}

/** Takes everything down and says in the folder how it ended. @returns the failure, with whatever else went wrong */
async function end(session: Session, failure: unknown): Promise<unknown> {
  let last = failure;
  const attempt = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      last = both(last, error);
    }
  };
  const lost = failure instanceof LabError && failure.code === "RUND_SERVICE_LOST";
  if (!lost) await attempt(() => session.clear(failure !== undefined));
  await attempt(() => session.tools.environment.restore());
  const status = last === undefined ? "complete" : session.signal.aborted ? "interrupted" : "failed";
  const why = last === undefined ? null : messageOf(last);
  await attempt(() => {
    session.append({ event: "end", at: now(), status, why });
    session.folder.update({ status, why, endedAt: now() });
  });
  return last;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A failure, and what went wrong in cleaning up after it. */
function both(first: unknown, second: unknown): unknown {
  if (first === undefined) return second;
  const { code, kind, hint } =
    first instanceof LabError ? first : { code: "RUND_CLEANUP", kind: "machine" as const, hint: undefined };
  const summary = `${messageOf(first)}; then, in cleaning up: ${messageOf(second)}`;
  return new LabError(code, kind, summary, { cause: first, ...(hint === undefined ? {} : { hint }) });
}
