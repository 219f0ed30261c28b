import { type Interval, mean, random } from "../../stats/index.js";
import type { Quantity } from "../paper/claim.js";
import type { MeasuredReading } from "../quantities/measured-reading.js";
import { cellName, placeOf } from "../quantities/places.js";
import { inUnit } from "../quantities/units.js";
import { halfDigit } from "./printed.js";

/** The value that one reduction implies: baseline × (1 − reduction). */
export interface ImpliedValue {
  /** As the claim's part: `against Kata-QEMU`. */
  readonly part: string;
  /** The baseline, in the implied run's unit, and whether it was recorded or is stated in the paper. */
  readonly baseline: number;
  readonly from: "recorded" | "stated";
  readonly value: number;
  /** The range of values that the rounded digits of the claim allow. */
  readonly range: Interval;
}

/** A value on which several reductions of one claim agree. */
export interface ImpliedRun {
  readonly runtime: string;
  readonly statistic: Quantity["statistic"];
  readonly unit: "ms" | "MiB";
  /** The mean of the agreeing values. */
  readonly value: number;
  readonly values: readonly ImpliedValue[];
  /** The parts whose ranges have a value in common. */
  readonly agreeing: readonly string[];
  /** The agreeing parts that agree only with the baseline that the paper states, not with the recorded one. */
  readonly statedOnly: readonly string[];
  /** The largest agreeing value / the smallest − 1. */
  readonly spread: number;
  /** The recorded value of the same quantity. */
  readonly recorded: number;
  /**
   * The same reductions in other cells: the number of cells that have all baselines, and of those in which as many values
   * agree.
   */
  readonly elsewhere: { readonly searched: number; readonly agreeing: number };
  /** The share of cases in which as many unrelated values agree as closely by chance (see `agreementByChance`). */
  readonly byChance: number;
}

/** Minimum number of reductions that must agree, so that the agreement is unlikely to be chance. */
const fewestAgreeing = 3;

/**
 * The assumed ratio between unrelated runs of one runtime: the two recorded runs of RunD differ by 25 % in CPU and 54 % in
 * memory.
 */
const unrelatedRatio = 1.25;

/**
 * Finds the value that a claim of several reductions implies. "89 % less than A, 75 % less than B", together with the recorded
 * A and B, gives two values for the runtime that the claim is about. If three such values agree within their rounding, their
 * baselines are the paper's, and the run behind the claim had that value. A baseline may also be one that the paper states.
 *
 * @param primary the readings that decide the claim's parts
 * @returns null if fewer than three agree, or something was not measured
 */
export function impliedRun(primary: readonly MeasuredReading[]): ImpliedRun | null {
  const reductions = primary.flatMap(reductionOf);
  const [first] = reductions;
  if (first === undefined || first.recorded === null || reductions.length < primary.length) return null;
  const { runtime, statistic, unit, recorded } = first;
  const values = reductions.flatMap(({ part, claimed, baseline, stated }) => [
    ...(baseline === null ? [] : [implied(part, claimed, baseline, 0, "recorded")]),
    ...(stated === null ? [] : [implied(part, claimed, Number(stated), halfDigit(stated), "stated")]),
  ]);
  const agreement = agreementOf(values);
  if (agreement === null) return null;
  const agreeing = agreement.map(({ value }) => value);
  const spread = Math.max(...agreeing) / Math.min(...agreeing) - 1;
  return {
    runtime,
    statistic,
    unit,
    value: mean(agreeing),
    values,
    agreeing: agreement.map(({ part }) => part),
    statedOnly: agreement.flatMap(({ part, from }) => (from === "stated" ? [part] : [])),
    spread,
    recorded,
    elsewhere: searchOtherCells(reductions, agreement.length),
    byChance: agreementByChance(agreement.length, spread, unrelatedRatio),
  };
}

/** Returns the reduction that a reading claims, in the implied run's unit; nothing for another claim, such as a bound. */
function reductionOf({ part, reading: { quantity, expected }, cells }: MeasuredReading) {
  const at = placeOf(quantity);
  if (quantity.statistic !== "reduction" || expected.kind !== "point" || at === null || !cells?.terms) return [];
  const [of, against] = cells.terms;
  const { statistic } = quantity.of;
  const unit: ImpliedRun["unit"] = statistic === "memory per sandbox" ? "MiB" : "ms";
  const converted = (value: number | null) => (value === null ? null : inUnit(value, unit));
  const others = against.others.map(({ place, value }) => [cellName(place), inUnit(value, unit)] as const);
  return [
    {
      part: part.of,
      claimed: expected.printed,
      statistic,
      runtime: at.runtime,
      unit,
      recorded: converted(of.own),
      baseline: converted(against.own),
      baselineElsewhere: new Map(others),
      stated: part.statedBaseline?.printed ?? null,
    },
  ];
}

/** Returns the value that a reduction implies, from a baseline that is known to within ± `half`. */
function implied(
  part: string,
  claimed: string,
  baseline: number,
  half: number,
  from: ImpliedValue["from"],
): ImpliedValue {
  const left = 1 - Number(claimed) / 100;
  const slack = halfDigit(claimed) / 100;
  const range = [(baseline - half) * (left - slack), (baseline + half) * (left + slack)] as const;
  return { part, baseline, from, value: baseline * left, range };
}

/** Returns the largest set of values, at most one of each part, whose ranges overlap; null if it has fewer than three. */
function agreementOf(values: readonly ImpliedValue[]): readonly ImpliedValue[] | null {
  const sets = values.map(({ range: [low] }) => {
    const around = values.filter(({ range }) => range[0] <= low && low <= range[1]);
    // a part that has two agreeing values counts once, with the recorded baseline
    return around.filter(own => around.find(({ part }) => part === own.part) === own);
  });
  const most = sets.reduce((best, own) => (own.length > best.length ? own : best), []);
  return most.length < fewestAgreeing ? null : most;
}

/** Counts the other cells in which as many values agree for the same reductions: an estimate of agreement by chance. */
function searchOtherCells(
  reductions: readonly ReturnType<typeof reductionOf>[number][],
  agreeing: number,
): ImpliedRun["elsewhere"] {
  const all = [...reductions[0]!.baselineElsewhere.keys()]
    .map(cell =>
      reductions.flatMap(({ part, claimed, baselineElsewhere }) => {
        const baseline = baselineElsewhere.get(cell);
        return baseline === undefined ? [] : [implied(part, claimed, baseline, 0, "recorded")];
      }),
    )
    .filter(values => values.length === reductions.length);
  return {
    searched: all.length,
    agreeing: all.filter(values => (agreementOf(values)?.length ?? 0) >= Math.min(agreeing, reductions.length)).length,
  };
}

const draws = 100_000;

/**
 * Simulates how often unrelated values agree as closely by chance: each is drawn independently, log-uniform over a range whose
 * ends differ by `ratio`. The seed is fixed. For three values the closed form is 3 q² − 2 q³, with q = ln(1 + spread) /
 * ln(ratio).
 *
 * @param spread the largest value / the smallest − 1
 * @example agreementByChance(3, 0.25, 1.25) // 1
 */
export function agreementByChance(count: number, spread: number, ratio: number): number {
  const { uniform } = random(`agreement/${count}`);
  const limit = Math.log(1 + spread) / Math.log(ratio);
  let agreeing = 0;
  for (let draw = 0; draw < draws; draw++) {
    let [low, high] = [1, 0];
    for (let value = 0; value < count; value++) {
      const own = uniform();
      low = Math.min(low, own);
      high = Math.max(high, own);
    }
    if (high - low <= limit) agreeing++;
  }
  return agreeing / draws;
}
