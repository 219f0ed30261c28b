import { benjaminiHochberg } from "./correction.js";
import { trend } from "./dependence.js";
import { mean } from "./mean.js";
import { deviation } from "./outliers.js";

/** One cell's rounds in the order of measurement. */
export interface RoundSeries {
  /** The measured values, one per complete round. */
  readonly values: readonly number[];
  /** Start skew of the same rounds, in the same unit; undefined if the start times were not recorded. */
  readonly skews?: readonly number[];
  /** Number of rounds left out because a client has no valid line. */
  readonly partial?: number;
  /** Cold starts attempted and failed; null if failures were not recorded. */
  readonly attempted?: number | null;
  readonly failed?: number | null;
}

/** Warnings about a cell, to be read before its mean is trusted. */
export interface CellFlags {
  readonly rounds: number;
  readonly partial: number;
  readonly attempted: number | null;
  readonly failed: number | null;
  /** Whether more than 5 % of the cold starts failed. */
  readonly unreliable: boolean;
  /** The first round divided by the median of the others; null for fewer than three rounds. */
  readonly firstRoundRatio: number | null;
  /** Whether the first round is an outlier among the others, by at least 5 %: a warm-up, or the opposite. */
  readonly warmUp: boolean;
  readonly drift: boolean;
  /** Spearman's ρ of value against round, and its p corrected over the cells. */
  readonly driftRho: number;
  readonly driftP: number;
  /** Positions of the outlying rounds, 1 for the first of `values`. */
  readonly outliers: readonly number[];
  /** Mean start skew divided by the mean value; null if the skew is unknown. */
  readonly skewShare: number | null;
  /** Whether the start skew is above 5 % of the measured value. */
  readonly skewed: boolean;
}

/** A cell is flagged at this level, after correction, and only for effects of at least these sizes. */
const level = 0.05;
const smallestRho = 0.5;
const smallestShare = 0.05;

/**
 * Returns flags for every cell of a dataset. Drift, warm-up and outliers each need a p below 5 %, corrected over all cells
 * (Benjamini and Hochberg; for outliers first Bonferroni over the cell's rounds), and a minimum size: |ρ| of 0.5 for drift, 5 %
 * from the median for rounds. Without the correction, one cell in twenty would be flagged by chance. Cells with fewer than five
 * rounds never get these flags.
 *
 * @returns one per cell, in their order
 * @example flagCells([{ values: [5, 5, 5] }]).map(({ rounds, drift, outliers }) => ({ rounds, drift, outliers })) // [{ rounds: 3, drift: false, outliers: [] }]
 */
export function flagCells(cells: readonly RoundSeries[]): readonly CellFlags[] {
  const enough = (values: readonly number[]) => values.length >= 5;
  const trends = cells.map(({ values }) => (enough(values) ? trend(values) : { rho: 0, p: 1 }));
  const driftPs = benjaminiHochberg(trends.map(({ p }) => p));
  const firsts = cells.map(({ values }) => (values.length < 3 ? null : deviation(values[0]!, values.slice(1))));
  const firstPs = benjaminiHochberg(
    firsts.map((first, i) => (first !== null && enough(cells[i]!.values) ? first.p : 1)),
  );
  const deviations = cells.map(({ values }) => (enough(values) ? values.map(value => deviation(value, values)) : []));
  const cellPs = deviations.map(own => Math.min(1, own.length * Math.min(1, ...large(own).map(({ p }) => p))));
  const outlierPs = benjaminiHochberg(cellPs);

  return cells.map(({ values, skews, partial = 0, attempted = null, failed = null }, i) => {
    const first = firsts[i] ?? null;
    const skewShare = skews === undefined || values.length === 0 ? null : mean(skews) / mean(values);
    // in a flagged cell, every round that passes its own Bonferroni correction
    const outlying = outlierPs[i]! < level ? deviations[i]! : [];
    return {
      rounds: values.length,
      partial,
      attempted,
      failed,
      unreliable: attempted !== null && failed !== null && failed > 0.05 * attempted,
      firstRoundRatio: first === null ? null : 1 + first.share,
      warmUp: first !== null && firstPs[i]! < level && Math.abs(first.share) >= smallestShare,
      drift: driftPs[i]! < level && Math.abs(trends[i]!.rho) >= smallestRho,
      driftRho: trends[i]!.rho,
      driftP: driftPs[i]!,
      outliers: outlying.flatMap((found, place) =>
        large([found]).length > 0 && found.p * outlying.length < level ? [place + 1] : [],
      ),
      skewShare,
      skewed: skewShare !== null && skewShare > 0.05,
    };
  });
}

const large = (deviations: readonly { readonly share: number; readonly p: number }[]) =>
  deviations.filter(({ share }) => Math.abs(share) >= smallestShare);
