import { runtimeLabel } from "../../model/runtimes.js";
import type { Interval } from "../stats/bootstrap-t.js";
import { mean } from "../stats/mean.js";
import { random } from "../stats/random.js";
import { moved, placesLike } from "./elsewhere.js";
import type { Claim, Expected, Part, Place, Quantity } from "./paper/claim.js";
import { valuesOnly } from "./quantities/estimators.js";
import { placeName } from "./quantities/place-name.js";
import { type Evidence, measureQuantity } from "./quantities/quantity.js";
import { halfDigit, inUnit } from "./quantities/units.js";

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
  /** The largest agreeing value / the smallest − 1. */
  readonly spread: number;
  /** The recorded value of the same quantity. */
  readonly recorded: number;
  /** The same reductions in other cells: how many cells have all baselines, and in how many of them as many values agree. */
  readonly elsewhere: { readonly searched: number; readonly agreeing: number };
  /** How often as many unrelated values agree as closely by chance (see `agreementByChance`). */
  readonly byChance: number;
}

/** Minimum number of reductions that must agree, so that the agreement is unlikely to be chance. */
const fewestAgreeing = 3;

/** How far apart unrelated runs of one runtime may be: the two recorded RunDs differ by 25 % in CPU and 54 % in memory. */
const unrelatedRatio = 1.25;

/**
 * Finds the value that a claim of several reductions implies. "89 % less than A, 75 % less than B", together with the recorded A
 * and B, gives two values for the runtime that the claim is about. If three such values agree within their rounding, the recorded
 * baselines are the paper's, and the run behind the claim had that value.
 *
 * @returns null if fewer than three agree, or something was not measured
 */
export function impliedRun(claim: Claim, evidence: Evidence): ImpliedRun | null {
  const reductions = claim.parts.flatMap(reductionOf);
  const [first] = reductions;
  if (first === undefined || reductions.length !== claim.parts.length) return null;
  const { of } = first.quantity;
  const at = "at" in of && of.statistic !== "time of an operation" ? of.at : null;
  const recorded = recordedValue(of, evidence);
  if (at === null || recorded === null) return null;
  const values = impliedAt(reductions, at, evidence);
  const agreement = agreementOf(values);
  if (agreement === null) return null;
  const agreeing = agreement.map(({ part }) => part);
  const spread = Math.max(...agreement.map(own => own.value)) / Math.min(...agreement.map(own => own.value)) - 1;
  return {
    runtime: at.runtime,
    statistic: of.statistic,
    unit: unitOf(of),
    value: mean(agreement.map(own => own.value)),
    values,
    agreeing,
    spread,
    recorded: inUnit(recorded, unitOf(of)),
    elsewhere: searchOtherCells(reductions, at, agreeing.length, evidence),
    byChance: agreementByChance(agreement.length, spread, unrelatedRatio),
  };
}

interface Reduction {
  readonly part: string;
  readonly expected: Expected;
  readonly quantity: Quantity & { readonly statistic: "reduction" };
  readonly stated: Expected | null;
}

function reductionOf({ of, readings: [primary], statedBaseline }: Part): readonly Reduction[] {
  const { expected, quantity } = primary;
  if (quantity.statistic !== "reduction" || expected.kind !== "point") return [];
  return [{ part: of, expected, quantity, stated: statedBaseline ?? null }];
}

/** Returns what each reduction implies at a place, from the recorded baseline and from the one that the paper states. */
function impliedAt(
  reductions: readonly Reduction[],
  at: Place,
  evidence: Evidence,
  own = true,
): readonly ImpliedValue[] {
  return reductions.flatMap(({ part, expected, quantity, stated }) => {
    const unit = unitOf(quantity.of);
    const baseline = recordedValue((moved(quantity, at) as Reduction["quantity"]).against, evidence);
    const left = 1 - Number(expected.printed) / 100;
    const slack = halfDigit(expected.printed) / 100;
    const implied = (value: number, half: number, from: ImpliedValue["from"]): ImpliedValue => ({
      ...{ part, baseline: value, from, value: value * left },
      range: [(value - half) * (left - slack), (value + half) * (left + slack)],
    });
    return [
      ...(baseline === null ? [] : [implied(inUnit(baseline, unit), 0, "recorded")]),
      ...(stated === null || !own ? [] : [implied(Number(stated.printed), halfDigit(stated.printed), "stated")]),
    ];
  });
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

/** Returns how many other cells give as many agreeing values for the same reductions: that is what chance would find. */
function searchOtherCells(
  reductions: readonly Reduction[],
  at: Place,
  agreeing: number,
  evidence: Evidence,
): ImpliedRun["elsewhere"] {
  // the cells of the baselines, which may be another dataset's than the judged runtime's
  const [{ against }] = [reductions[0]!.quantity];
  const runtime = "at" in against && against.statistic !== "time of an operation" ? against.at.runtime : at.runtime;
  const { dataset, baseline } = evidence;
  const held = dataset.runs.some(run => run.runtime === runtime) ? dataset : (baseline ?? dataset);
  const all = placesLike({ ...at, runtime } as Place, held)
    .map(place => ({ ...place, runtime: at.runtime }) as Place)
    .filter(place => placeName(place) !== placeName(at))
    .map(place => impliedAt(reductions, place, evidence, false))
    .filter(values => values.length === reductions.length);
  return {
    searched: all.length,
    agreeing: all.filter(values => (agreementOf(values)?.length ?? 0) >= Math.min(agreeing, reductions.length)).length,
  };
}

function recordedValue(quantity: Quantity, evidence: Evidence): number | null {
  const { dataset, baseline } = evidence;
  const stranger =
    "at" in quantity &&
    quantity.statistic !== "time of an operation" &&
    !dataset.runs.some(({ runtime }) => runtime === quantity.at.runtime);
  const found = measureQuantity(
    quantity,
    { dataset: stranger && baseline !== undefined ? baseline : dataset },
    valuesOnly,
  );
  return "missing" in found ? null : found.estimate.value;
}

const unitOf = (quantity: Quantity): "ms" | "MiB" => (quantity.statistic === "memory per sandbox" ? "MiB" : "ms");

const draws = 100_000;

/**
 * Simulates how often unrelated values agree as closely by chance: each is drawn independently, log-uniform over a range whose
 * ends differ by `ratio`. The seed is fixed. For three values the closed form is 3 q² − 2 q³, with q = ln(1 + spread) / ln(ratio).
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

/** Returns the label of the runtime of an implied run. */
export const impliedLabel = ({ runtime }: ImpliedRun): string => runtimeLabel(runtime);
