/**
 * Statistics: arrays in, numbers out. This folder does not use runtimes or datasets; from `model/` it imports only a quantile and
 * a hash. `rund-lab/stats` exports it for programs that need only statistics.
 */
export { bca } from "./bca.js";
export {
  type BootstrapSample,
  blockLength,
  type Estimator,
  type Interval,
  resamples,
  studentised,
} from "./bootstrap-t.js";
export { benjaminiHochberg, holm } from "./correction.js";
export { dependent, lagOne, type Trend, trend } from "./dependence.js";
export { equivalent } from "./equivalence.js";
export {
  type Estimate,
  estimateDifference,
  estimateMean,
  estimateQuantile,
  estimateRatio,
  fewestForBlocks,
  fewestRounds,
  mapEstimate,
} from "./estimate.js";
export { type CellFlags, flagCells, type RoundSeries } from "./flags.js";
export { type CellStarts, type RoundSpan, roundSpans } from "./makespan.js";
export { mean, sum, variance } from "./mean.js";
export { normalCdf, normalQuantile } from "./normal.js";
export { type Deviation, deviation } from "./outliers.js";
export { type PairedRatio, pairedRatio } from "./paired.js";
export { divisions, permutationTest } from "./permutation.js";
export {
  type Demand,
  detectableEffect,
  pairsAfterPilot,
  pairsFor,
  roundsAfterPilot,
  roundsFor,
  type Scatter,
  usualDemand,
} from "./power.js";
export { ascending, median, quantileNearestRank, quantileR7 } from "./quantile.js";
export { type Random, random } from "./random.js";
export { sequentialLevels, sequentialP } from "./sequential.js";
export { slope } from "./slope.js";
export { noncentralQuantile, studentQuantile, studentTwoSided } from "./student.js";
export { type WelchRatio, welchRatio } from "./welch.js";
