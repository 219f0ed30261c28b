import {
  type ArrivalsEvent,
  type DamagedEvent,
  type FitEvent,
  hostCost,
  type IoEvent,
  type Journal,
  type MemoryEvent,
  type OperationsEvent,
  type RoundEvent,
} from "../../campaign-files/index.js";
import { groupBy } from "../../model/group-by.js";
import type { MemoryCell, StartCell } from "./dataset.js";

/** A memory snapshot, without the fields of its journal line that are damaged. */
type Snapshot = Partial<MemoryEvent>;

/**
 * The journal of a campaign by cell. If a line is damaged, everything that would be computed from it is unknown: the rounds of
 * its cell, or of all cells if the line's cell is unknown. For operations, I/O, windows and ramps, which no
 * log contains, the whole run is unknown.
 */
export class CampaignJournal {
  readonly #rounds: ReadonlyMap<string, readonly RoundEvent[]>;
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #withoutLog: WithoutLog[] = [];
  /** Cells with a damaged round. */
  readonly #unknown = new Set<string>();
  /** Runs with a damaged event that no log contains. */
  readonly #unknownRuns = new Set<string>();
  /** Whether a damaged line may belong to any cell. */
  #allUnknown = false;

  constructor({ rows, damaged }: Pick<Journal, "rows" | "damaged">) {
    for (const event of rows) {
      if (event.event === "memory") this.#snapshots.set(snapshotKey(event), event);
      if (isWithoutLog(event)) this.#withoutLog.push(event);
    }
    this.#rounds = groupBy(
      rows.filter(event => event.event === "round").filter(({ warmup }) => !warmup),
      cellKey,
    );
    for (const event of damaged) this.#addDamaged(event);
  }

  /** Returns the rounds of a cell without its warm-up, in order; undefined if a damaged line may be one of them. */
  rounds(run: string, density: number, concurrency: number): readonly RoundEvent[] | undefined {
    const key = cellKey({ run, density, concurrency });
    return this.#allUnknown || this.#unknown.has(key) ? undefined : (this.#rounds.get(key) ?? []);
  }

  /** Returns the snapshot of a memory cell; undefined if no line of the journal certainly describes it. */
  snapshot(run: string, memoryMb: number, density: number): Snapshot | undefined {
    return this.#snapshots.get(snapshotKey({ run, memoryMb, density }));
  }

  /**
   * Returns the events of a kind that no log contains, of one run or of all, in order. Warm-up rounds are left out, and so are the
   * runs to which a damaged line may belong.
   */
  known<Name extends WithoutLog["event"]>(name: Name, run?: string): readonly Extract<WithoutLog, { event: Name }>[] {
    if (this.#allUnknown) return [];
    return this.#withoutLog.filter(
      (event): event is Extract<WithoutLog, { event: Name }> =>
        event.event === name &&
        (run === undefined || event.run === run) &&
        !("warmup" in event && event.warmup) &&
        !this.#unknownRuns.has(event.run),
    );
  }

  #addDamaged(damage: DamagedEvent): void {
    if (damage.event === null) {
      this.#allUnknown = true;
    } else if (damage.event === "memory") {
      const { run, memoryMb, density } = damage.valid;
      if (run === undefined || memoryMb === undefined || density === undefined) return;
      this.#snapshots.set(snapshotKey({ run, memoryMb, density }), damage.valid);
    } else if (damage.event === "round" && damage.valid.warmup !== true) {
      const { run, density, concurrency } = damage.valid;
      if (run === undefined || density === undefined || concurrency === undefined) this.#allUnknown = true;
      else this.#unknown.add(cellKey({ run, density, concurrency }));
    } else if (isWithoutLog(damage)) {
      const { run } = damage.valid;
      if (run === undefined) this.#allUnknown = true;
      else this.#unknownRuns.add(run);
    }
  }
}

/** Events whose numbers are in no other file than the journal. */
type WithoutLog = OperationsEvent | IoEvent | ArrivalsEvent | FitEvent;

const isWithoutLog = <Event extends { readonly event: string | null }>(
  event: Event,
): event is Extract<Event, { readonly event: WithoutLog["event"] }> =>
  event.event === "operations" || event.event === "io" || event.event === "arrivals" || event.event === "fit";

const cellKey = ({ run, density, concurrency }: Pick<RoundEvent, "run" | "density" | "concurrency">): string =>
  `${run}/${density}/${concurrency}`;

const snapshotKey = ({ run, memoryMb, density }: Pick<MemoryEvent, "run" | "memoryMb" | "density">): string =>
  `${run}/${memoryMb}/${density}`;

/**
 * Returns a cell with its rounds' blocks and its failures. Line k of the client logs is the k-th complete round of the journal.
 */
export function withRounds(cell: StartCell, rounds: readonly RoundEvent[]): StartCell {
  const complete = rounds.filter(({ makespanMs }) => makespanMs !== null);
  const samples = rounds.flatMap(round => round.samples);
  return {
    ...cell,
    rounds: cell.rounds.map(round => ({ ...round, block: complete[round.round - 1]?.block ?? null })),
    partial: cell.partial + rounds.length - complete.length,
    attempted: samples.length,
    failed: samples.filter(({ status }) => status !== "ready").length,
  };
}

/** Returns a cell with the number of sandboxes that were running, and the journal's data about their memory. */
export function withSnapshot(cell: MemoryCell, snapshot: Snapshot): MemoryCell {
  const { sandboxes = cell.sandboxes, components = [], enginePssKiB = null, hostBefore, hostAfter } = snapshot;
  const parts = components.map(({ component, pssKiB }) => ({ part: component, pssKiB }));
  const host = hostBefore === undefined || hostAfter === undefined ? null : hostCost({ hostBefore, hostAfter });
  return { ...cell, sandboxes, journal: { parts, host, enginePssKiB } };
}
