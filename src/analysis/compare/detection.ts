import { LabError } from "../../model/errors.js";
import { groupBy } from "../../model/group-by.js";
import type { Dataset } from "../datasets/dataset.js";
import { type StartGroup, startGroups } from "../groups.js";
import { mean, pairedRatio, pairsAfterPilot, roundsAfterPilot, type Scatter, variance } from "../stats/index.js";
import { measuredInTurn } from "./pairs.js";

/** A planned comparison: of each other runtime with the first, or of one runtime with an earlier campaign. */
export interface PlannedComparison {
  readonly experiment: "time" | "density";
  /** The first is the baseline of the others. */
  readonly runtimes: readonly string[];
  readonly density: readonly number[];
  readonly concurrency: readonly number[];
  /**
   * A share such as 0.05: the campaign should find a difference of this size, and recognise runtimes that differ less as the
   * same.
   */
  readonly tolerance: number;
}

/** The number of rounds that one cell of a planned comparison needs. */
export interface DetectableCell {
  readonly runtime: string;
  /** The baseline; null for a comparison with an earlier campaign. */
  readonly against: string | null;
  readonly density: number;
  readonly concurrency: number;
  readonly rounds: number;
  /** Standard deviation of a round, or of the difference of two rounds in one block, as a share of the mean. */
  readonly scatter: number;
  /** The cell in which the scatter was recorded: the nearest one in the first recording that has both runtimes. */
  readonly recorded: {
    readonly dataset: string;
    readonly density: number;
    readonly concurrency: number;
    /** Whether the two runtimes took turns within blocks there, so that the effect of a block on both cancels out. */
    readonly paired: boolean;
  };
}

/** The number of rounds that each cell of a comparison needs, one round in each block. */
export interface Detection {
  readonly experiment: "time" | "density";
  readonly tolerance: number;
  /** The number that the most demanding cell needs. */
  readonly rounds: number;
  readonly cells: readonly DetectableCell[];
}

/**
 * Returns the number of rounds that a comparison needs for a power of 80 %, given the scatter of recorded rounds: in 80 % of
 * campaigns it finds a difference as large as the tolerance, and in 80 % it recognises equal runtimes as the same. The level of
 * 5 % is divided by the number of cells.
 *
 * @param recordings in the order of preference
 * @throws LabError `RUND_NO_PILOT` if no recording has two rounds of a runtime
 */
export function roundsToDetect(planned: PlannedComparison, recordings: readonly Dataset[]): Detection {
  const { experiment, runtimes, density, concurrency, tolerance } = planned;
  const [first, ...others] = runtimes;
  const subjects =
    others.length === 0
      ? [{ runtime: first!, against: null }]
      : others.map(runtime => ({ runtime, against: first ?? null }));
  const places = subjects.flatMap(subject =>
    density.flatMap(background =>
      concurrency.map(clients => ({ ...subject, density: background, concurrency: clients })),
    ),
  );
  const demand = { alpha: 0.05 / places.length, power: 0.8 };
  const cells = places.map(place => {
    const found = recordedScatter(experiment, place, recordings);
    if (found === null)
      throw noPilot(place.against === null ? [place.runtime] : [place.against, place.runtime], recordings);
    const { scatter, recorded } = found;
    const needed = place.against === null ? roundsAfterPilot : pairsAfterPilot;
    return { ...place, rounds: needed(scatter, tolerance, demand), scatter: scatter.share, recorded };
  });
  return { experiment, tolerance, rounds: Math.max(...cells.map(({ rounds }) => rounds)), cells };
}

type PlannedCell = Pick<DetectableCell, "runtime" | "against" | "density" | "concurrency">;

function recordedScatter(
  experiment: "time" | "density",
  place: PlannedCell,
  recordings: readonly Dataset[],
): { readonly scatter: Scatter; readonly recorded: DetectableCell["recorded"] } | null {
  for (const dataset of recordings) {
    const own = startGroups(dataset).filter(group => group.experiment === experiment);
    const found = own
      .filter(group => group.runtime === place.runtime)
      .flatMap(group => {
        const baseline = own.find(other => other.runtime === place.against && sameCell(other, group));
        if (place.against !== null && baseline === undefined) return [];
        const pair = { a: place.against ?? place.runtime, b: place.runtime };
        const paired = baseline !== undefined && measuredInTurn(dataset, dataset, pair, experiment);
        const scatter =
          (paired ? pairedScatter(baseline, group) : null) ??
          (baseline === undefined ? roundScatter(group) : together(roundScatter(baseline), roundScatter(group)));
        const { density, concurrency } = group;
        return scatter === null ? [] : [{ scatter, recorded: { dataset: dataset.name, density, concurrency, paired } }];
      })
      .sort((a, b) => distance(a.recorded, place) - distance(b.recorded, place));
    if (found[0] !== undefined) return found[0];
  }
  return null;
}

const sameCell = (a: StartGroup, b: StartGroup) => a.density === b.density && a.concurrency === b.concurrency;

/** Returns the distance of two cells in the grid: a doubling on either axis counts the same. */
const distance = (a: Pick<PlannedCell, "density" | "concurrency">, b: Pick<PlannedCell, "density" | "concurrency">) =>
  Math.abs(Math.log((a.density + 1) / (b.density + 1))) + Math.abs(Math.log(a.concurrency / b.concurrency));

/** Returns the scatter of the differences between two runtimes' rounds in one block, paired in order; null for fewer than two. */
function pairedScatter(a: StartGroup, b: StartGroup): Scatter | null {
  const [under, over] = [makespansByBlock(a), makespansByBlock(b)];
  const pairs = [...under].flatMap(([block, values]) =>
    (over.get(block) ?? []).slice(0, values.length).map((value, k) => [value, values[k]!] as const),
  );
  const found = pairedRatio(
    pairs.map(([value]) => value),
    pairs.map(([, value]) => value),
  );
  return found === null ? null : { share: found.spread, freedom: pairs.length - 1 };
}

function makespansByBlock({ cells }: StartGroup): ReadonlyMap<string, readonly number[]> {
  const named = cells.flatMap(({ rounds }, repeat) =>
    rounds.flatMap(({ block, makespanMs }) => (block === null ? [] : [[`${repeat}/${block}`, makespanMs] as const])),
  );
  return new Map([...groupBy(named, ([block]) => block)].map(([block, own]) => [block, own.map(([, ms]) => ms)]));
}

function roundScatter({ makespansMs }: StartGroup): Scatter | null {
  if (makespansMs.length < 2 || !(mean(makespansMs) > 0)) return null;
  return { share: Math.sqrt(variance(makespansMs)) / mean(makespansMs), freedom: makespansMs.length - 1 };
}

/** Returns the scatter of the difference of two independent values, with Satterthwaite's degrees of freedom. */
function together(a: Scatter | null, b: Scatter | null): Scatter | null {
  if (a === null || b === null) return null;
  const [own, other] = [a.share ** 2, b.share ** 2];
  const freedom = (own + other) ** 2 / (own ** 2 / a.freedom + other ** 2 / b.freedom);
  return { share: Math.sqrt(own + other), freedom: Number.isFinite(freedom) ? freedom : a.freedom + b.freedom };
}

const noPilot = (runtimes: readonly string[], recordings: readonly Dataset[]) =>
  new LabError("RUND_NO_PILOT", "input", "no recording shows the scatter of the rounds", {
    where: "--detect",
    expected: `a recording with two or more rounds of ${runtimes.join(" and ")}`,
    found: recordings.map(({ name }) => name).join(", ") || "no recording",
    hint: `measure a pilot, such as \`rund-lab run time --runtime ${runtimes.join(",")} --rounds 10\`, and name its folder with --pilot`,
  });
