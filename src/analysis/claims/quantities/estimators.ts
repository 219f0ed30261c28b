import {
  type Estimate,
  estimateDifference,
  estimateMean,
  estimateQuantile,
  estimateRatio,
} from "../../stats/estimate.js";
import { mean } from "../../stats/mean.js";
import { median } from "../../stats/quantile.js";

/** How an estimate is computed from values. */
export interface Estimators {
  readonly mean: (values: readonly number[], seed: string) => Estimate;
  readonly median: (values: readonly number[], seed: string) => Estimate;
  readonly ratio: (over: readonly number[], under: readonly number[], seed: string) => Estimate;
  readonly difference: (from: readonly number[], less: readonly number[], seed: string) => Estimate;
}

export const withIntervals: Estimators = {
  mean: estimateMean,
  median: (values, seed) => estimateQuantile(values, 0.5, seed),
  ratio: estimateRatio,
  difference: estimateDifference,
};

/** Estimators without intervals, which are several hundred times as fast. */
export const valuesOnly: Estimators = {
  mean: values => single(mean(values), values.length),
  median: values => single(median(values), values.length),
  ratio: (over, under) => single(mean(over) / mean(under), Math.min(over.length, under.length)),
  difference: (from, less) => single(mean(from) - mean(less), Math.min(from.length, less.length)),
};

/** Returns a value without an interval. */
export const single = (value: number, n: number): Estimate => ({
  value,
  n,
  interval: null,
  method: "none",
  caveat: null,
  at: () => null,
});
