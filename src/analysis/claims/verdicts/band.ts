import type { Interval } from "../../stats/index.js";
import type { Expected } from "../paper/claim.js";
import { halfDigit } from "./printed.js";

/** The result of judging a claim on data; `inconclusive` if the interval crosses an end of the claimed band. */
export type Verdict = "supported" | "contradicted" | "inconclusive" | "not-measured";

/** A verdict, and how much it depends on the band. */
export interface Decision {
  readonly verdict: Verdict;
  /** The near band in the claim's unit; null for an open end. */
  readonly band: readonly [low: number | null, high: number | null];
  /** Half the width of the near band, in the claim's unit; for "over" and "under", of the band that a point claim would have. */
  readonly halfWidth: number;
  /** For a point claim: the verdict at each of the three bands. */
  readonly bands: { readonly printed: Verdict; readonly near: Verdict; readonly loose: Verdict } | null;
  /**
   * The tolerance at which the verdict would change: ± percent of the claimed value, or ± points of a percentage. For "over" and
   * "under", the distance by which the bound would have to move.
   */
  readonly flipsAt: number;
}

/** The judged value, with its interval if there are enough rounds; both in the claim's unit. */
interface Found {
  readonly value: number;
  readonly interval: Interval | null;
}

/**
 * Judges a value by the one rule for all claims. A point claim has three bands: printed (rounds to the printed figure), near (±
 * 5 %, or ± 2 points of a percentage), loose (± 10 %, ± 5 points); its verdict is the one for the near band. If the interval is
 * inside the band, the claim is supported; if the two are disjoint, contradicted; otherwise inconclusive. "Over" and "under"
 * use the bound. A value without an interval decides only if it is beyond the band (or the bound, on either side) by half the
 * width of the near band.
 *
 * @example decide({ kind: "under", printed: "1000", unit: "ms" }, { value: 760, interval: [740, 780] }).verdict // "supported"
 * @example decide({ kind: "point", printed: "100", unit: "ms" }, { value: 104, interval: null }).verdict // "inconclusive"
 */
export function decide(expected: Expected, found: Found): Decision {
  const claimed = Number(expected.printed);
  const asTolerance = (distance: number) => (expected.unit === "%" ? distance : (100 * distance) / Math.abs(claimed));
  const { band, halfWidth } = nearBand(expected);
  if (expected.kind !== "point") {
    // "over" is treated as "under" with the sign reversed
    const side = expected.kind === "under" ? 1 : -1;
    const { verdict, distance } = againstBound(side * claimed, mirrored(found, side), halfWidth);
    return { verdict, band, halfWidth, bands: null, flipsAt: asTolerance(distance) };
  }
  const at = (half: number) => withinBand(claimed, half, found);
  const bands = {
    printed: at(halfDigit(expected.printed)),
    near: at(halfWidth),
    loose: at(tolerance(expected, 10, 5)),
  };
  const [closest, farthest] = distances(claimed, found);
  const distance = found.interval === null ? farthest / 2 : bands.near === "contradicted" ? closest : farthest;
  return { verdict: bands.near, band, halfWidth, bands, flipsAt: asTolerance(distance) };
}

/**
 * Returns the near band of a claimed value, which needs no data.
 *
 * @example nearBand({ kind: "under", printed: "1000", unit: "ms" }) // { band: [null, 1000], halfWidth: 50 }
 */
export function nearBand(expected: Expected): Pick<Decision, "band" | "halfWidth"> {
  const claimed = Number(expected.printed);
  const halfWidth = tolerance(expected, 5, 2);
  switch (expected.kind) {
    case "under":
      return { band: [null, claimed], halfWidth };
    case "over":
      return { band: [claimed, null], halfWidth };
    case "point":
      return { band: [claimed - halfWidth, claimed + halfWidth], halfWidth };
  }
}

/** Returns a tolerance in the claim's unit: in percent of the claimed value, or in points of a claimed percentage. */
const tolerance = ({ unit, printed }: Expected, percent: number, points: number): number =>
  unit === "%" ? points : (Math.abs(Number(printed)) * percent) / 100;

function withinBand(claimed: number, half: number, found: Found): Verdict {
  const [closest, farthest] = distances(claimed, found);
  if (found.interval === null) return farthest > 2 * half ? "contradicted" : "inconclusive";
  return farthest <= half ? "supported" : closest > half ? "contradicted" : "inconclusive";
}

/** Returns the distances from the claimed value to the nearest and the farthest point of the found interval. */
function distances(claimed: number, { value, interval }: Found): readonly [closest: number, farthest: number] {
  const [low, high] = interval ?? [value, value];
  const farthest = Math.max(Math.abs(low - claimed), Math.abs(high - claimed));
  return [
    low <= claimed && claimed <= high ? 0 : Math.min(Math.abs(low - claimed), Math.abs(high - claimed)),
    farthest,
  ];
}

/** Returns the verdict on "below the bound", and the distance that the bound would have to move for another verdict. */
function againstBound(bound: number, { value, interval }: Found, near: number): { verdict: Verdict; distance: number } {
  if (interval === null) {
    const distance = Math.abs(value - bound);
    return { verdict: distance <= near ? "inconclusive" : value < bound ? "supported" : "contradicted", distance };
  }
  const [low, high] = interval;
  if (high < bound) return { verdict: "supported", distance: bound - high };
  if (low >= bound) return { verdict: "contradicted", distance: low - bound };
  return { verdict: "inconclusive", distance: high - bound };
}

const mirrored = ({ value, interval }: Found, side: 1 | -1): Found =>
  side === 1 ? { value, interval } : { value: -value, interval: interval && [-interval[1], -interval[0]] };
