import type { Slot } from "../experiments/cell.js";
import type { CostKnowledge } from "../experiments/cost.js";
import { experimentTable } from "../experiments/index.js";
import { type ExperimentSettings, wrongSetting } from "../experiments/settings.js";
import type { MachineLimits } from "../host/limits.js";
import { type Timing, usualTiming } from "../round/timing.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { gridOf, visits } from "./order.js";
import type { CampaignSettings } from "./settings.js";

/** One experiment of a plan: its settings, and its visits in order. */
export interface PlannedExperiment {
  readonly settings: ExperimentSettings;
  /** Parts that are measured one after another; the runtimes of each part can be mixed. */
  readonly parts: readonly { readonly runtimes: readonly RuntimeDeclaration[]; readonly visits: readonly Slot[] }[];
  /** Returns the number of a runtime's sandboxes that fit, with a tenth of the room left free; null if the limits are unknown. */
  room(runtime: RuntimeDeclaration): SandboxRoom | null;
}

/** The number of sandboxes that fit, and the resource that limits them. */
interface SandboxRoom {
  readonly sandboxes: number;
  /** Such as `90 % of 500 MiB of free memory, at 6 MiB each`. */
  readonly by: string;
}

/** Everything that a campaign will do, and whether this machine can do it. */
export interface Plan {
  readonly settings: CampaignSettings;
  readonly experiments: readonly PlannedExperiment[];
  /** Number of points of all grids. */
  readonly cells: number;
  /** Number of sandboxes that will be started, including background and warm-up ones. */
  readonly sandboxes: number;
  readonly expectedSeconds: number;
  /** The needs at the peak. An idle guest uses little of its memory; `committedMiB` counts all of it. */
  readonly needs: {
    readonly memoryMiB: number;
    readonly committedMiB: number;
    readonly pids: number;
    readonly sandboxes: number;
  };
  readonly fits: boolean;
  /** The reasons why it does not fit; empty if it does. */
  readonly why: readonly string[];
  /** Other differences in how the runtimes are measured, which could be mistaken for differences between the runtimes. */
  readonly confounds: readonly string[];
}

/** The input of a plan, in addition to its settings. */
export interface PlanKnowledge {
  /** All runtimes of the settings. */
  readonly runtimes: readonly RuntimeDeclaration[];
  /** A recorded makespan in milliseconds for a cell, if there is one. */
  readonly makespanMs?: (cell: {
    readonly runtime: string;
    readonly experiment: string;
    readonly density: number;
    readonly concurrency: number;
  }) => number | undefined;
  /** A recorded PSS of one idle sandbox in MiB, if there is one. `memoryMb` is null except in the memory experiment. */
  readonly idleMiB?: (runtime: string, memoryMb: number | null) => number | undefined;
  /** Null if the plan need not fit, as for a rehearsal, which starts nothing. */
  readonly limits: MachineLimits | null;
  readonly timing?: Timing;
  /** A rehearsal's speed; by default 1. */
  readonly speed?: number;
}

/** Estimated milliseconds until a machine becomes quiet before a round. */
const quietMs = 300;

/**
 * Makes a plan. The expected time is the sum over all rounds of the makespan (recorded, or estimated from the concurrency), the
 * windows around it and the clean-up, plus the time to start and remove background sandboxes.
 */
export function makePlan(settings: CampaignSettings, knowledge: PlanKnowledge): Plan {
  const experiments = settings.experiments.map(each => planned(each, knowledge));
  const totals = experiments.map(each => costs(each, knowledge));
  const most = (of: (total: (typeof totals)[number]) => number) => Math.max(...totals.map(of));
  const needs = {
    memoryMiB: most(({ memoryMiB }) => memoryMiB),
    committedMiB: most(({ committedMiB }) => committedMiB),
    pids: most(({ pids }) => pids),
    sandboxes: most(({ atOnce }) => atOnce),
  };
  const why = knowledge.limits === null ? [] : misfits(needs, knowledge.limits);
  return {
    settings,
    experiments,
    cells: settings.experiments.reduce((sum, each) => sum + gridOf(each).length, 0),
    sandboxes: totals.reduce((sum, { sandboxes }) => sum + sandboxes, 0),
    expectedSeconds: Math.round(totals.reduce((sum, { ms }) => sum + ms, 0) / 1000),
    needs,
    fits: why.length === 0,
    why,
    confounds: [...new Set(experiments.flatMap(confounds))],
  };
}

/**
 * Divides an experiment into parts by snapshotter: runtimes with different snapshotters cannot be mixed, because containerd uses
 * one at a time.
 */
function planned(settings: ExperimentSettings, knowledge: PlanKnowledge): PlannedExperiment {
  const own = settings.runtimes.map(id => knowledge.runtimes.find(runtime => runtime.id === id)!);
  const snapshotters = [...new Set(own.map(({ snapshotter }) => snapshotter))];
  if (settings.untilDecided !== undefined && snapshotters.length > 1) {
    const found = own.map(({ id, snapshotter }) => `${id} on ${snapshotter ?? "containerd's own"}`).join(", ");
    const expected = "runtimes with the same snapshotter, which can take turns within each block";
    throw wrongSetting("untilDecided", expected, found);
  }
  const parts = snapshotters.map((snapshotter, index) => {
    const runtimes = own.filter(runtime => runtime.snapshotter === snapshotter);
    const ids = runtimes.map(({ id }) => id);
    return { runtimes, visits: visits(settings, ids, index) };
  });
  return { settings, parts, room: runtime => roomFor(runtime, knowledge) };
}

/** The share of the free memory and pids that sandboxes of an open loop may take. */
const usableShare = 0.9;

function roomFor(runtime: RuntimeDeclaration, { limits, idleMiB }: PlanKnowledge): SandboxRoom | null {
  if (limits === null) return null;
  const each = footprint(runtime, null, idleMiB?.(runtime.id, null));
  const { memAvailableMiB, pids } = limits;
  const bounds = [
    {
      fit: memAvailableMiB / each.memoryMiB,
      by: `${memAvailableMiB} MiB of free memory, at ${each.memoryMiB} MiB each`,
    },
    { fit: pids.free / each.pids, by: `${pids.free} pids that ${pids.by} leaves, at ${each.pids} each` },
  ];
  const { fit, by } = bounds.reduce((least, bound) => (bound.fit < least.fit ? bound : least));
  return { sandboxes: Math.max(1, Math.floor(usableShare * fit)), by: `${100 * usableShare} % of ${by}` };
}

function costs({ settings, parts, room }: PlannedExperiment, knowledge: PlanKnowledge) {
  const { timing = usualTiming, speed = 1, makespanMs, idleMiB } = knowledge;
  const { experiment } = settings;
  const known: CostKnowledge = {
    makespanMs: ({ runtime, density, concurrency }) =>
      makespanMs?.({ runtime, experiment, density, concurrency: concurrency ?? 0 }),
    aroundMs: timing.idleMs + timing.settleMs + Math.min(quietMs, timing.quietLimitMs),
    speed,
  };
  const total = { ms: 0, sandboxes: 0, atOnce: 0, memoryMiB: 0, committedMiB: 0, pids: 0 };
  for (const { runtimes, visits } of parts) {
    for (const [index, slot] of visits.entries()) {
      const runtime = runtimes.find(({ id }) => id === slot.runtime)!;
      const { sandboxes, atOnce, ms, needs } = experimentTable[experiment].cost(
        slot,
        settings,
        known,
        visits[index - 1],
        room(runtime)?.sandboxes ?? null,
      );
      const size = footprint(runtime, slot.memoryMb, idleMiB?.(slot.runtime, slot.memoryMb));
      total.ms += ms;
      total.sandboxes += sandboxes;
      total.atOnce = Math.max(total.atOnce, atOnce);
      total.memoryMiB = Math.max(total.memoryMiB, Math.ceil(atOnce * size.memoryMiB));
      total.committedMiB = Math.max(total.committedMiB, Math.ceil(atOnce * size.committedMiB));
      const starting = Math.min(atOnce, slot.concurrency ?? standingAtOnce);
      total.pids = Math.max(
        total.pids,
        atOnce * size.pids + starting * (sandboxTasks.starting - sandboxTasks.running),
        needs?.pids ?? 0,
      );
      total.memoryMiB = Math.max(total.memoryMiB, needs?.memoryMiB ?? 0);
    }
  }
  return total;
}

/** Number of standing sandboxes that are started at a time. */
const standingAtOnce = 10;

/**
 * Number of tasks of a sandbox of runc, as measured: the threads of its shim and the pause process once it runs; in addition, the
 * threads and processes of runc itself while it starts.
 */
export const sandboxTasks = { running: 13, starting: 26 };

/** Estimate of the host kernel's memory for a sandbox, which PSS does not include: page tables, network, the VMM's vCPUs. */
const kernelMiB = 16;

/** Estimates the needs of one idle sandbox. `committedMiB` counts all memory of its guest, and its VMM. */
function footprint(
  { config, guestMemoryExtraMb, processes }: RuntimeDeclaration,
  memoryMb: number | null,
  recordedMiB: number | undefined,
) {
  if (config !== null) {
    const guest = memoryMb === null ? 168 : memoryMb + guestMemoryExtraMb;
    const idle = (recordedMiB ?? 160) + kernelMiB;
    return { memoryMiB: Math.min(idle, guest + 40), committedMiB: guest + 40, pids: 40 };
  }
  const [memoryMiB, pids] = processes.some(({ component }) => component === "sandbox")
    ? [24, 48]
    : [6, sandboxTasks.running];
  return { memoryMiB, committedMiB: memoryMiB, pids };
}

function misfits(needs: Plan["needs"], { memAvailableMiB, pids }: MachineLimits): readonly string[] {
  return thatApply([
    [
      needs.memoryMiB > memAvailableMiB,
      `it needs about ${needs.memoryMiB} MiB of memory, and ${memAvailableMiB} MiB are available`,
    ],
    [needs.pids > pids.free, `it needs about ${needs.pids} pids, and ${pids.by} leaves ${pids.free} of ${pids.limit}`],
  ]);
}

function confounds({ settings, parts }: PlannedExperiment): readonly string[] {
  const { experiment, order } = settings;
  const named = parts.map(
    ({ runtimes }) => `${runtimes.map(({ id }) => id).join(", ")} on ${runtimes[0]?.snapshotter ?? "containerd's own"}`,
  );
  const all = parts.flatMap(({ runtimes }) => runtimes);
  const differ = (of: (runtime: RuntimeDeclaration) => boolean) => new Set(all.map(of)).size > 1;
  return thatApply([
    [
      parts.length > 1,
      `${experiment}: snapshotters differ (${named.join("; ")}) and cannot be interleaved: a drift of the machine can look like a difference`,
    ],
    [
      order === "grid" && all.length > 1,
      `${experiment}: --order grid measures one runtime after another: a drift of the machine can look like a difference`,
    ],
    [
      experiment === "memory" && differ(({ config }) => config === null),
      "memory: some of the runtimes have a guest, others have none",
    ],
    [
      differ(({ template }) => template !== null),
      `${experiment}: some of the runtimes start from a template, others do not`,
    ],
  ]);
}

const thatApply = (sentences: readonly (readonly [applies: boolean, sentence: string])[]): readonly string[] =>
  sentences.flatMap(([applies, sentence]) => (applies ? [sentence] : []));
