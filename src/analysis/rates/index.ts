/** Open loops: the highest offered rate that a runtime holds. Latencies count from the scheduled time of a start. */
export { type Backlog, backlog } from "./backlog.js";
export { type HeldRate, heldRates, type Objective, type RateResult, rateResults } from "./held.js";
export { aliveSpans, inFlightSpans, type Level, levelOf, meanLevels, type Span } from "./levels.js";
export { readObjective } from "./objective.js";
export { type BoundedQuantile, boundedQuantile } from "./quantile-bound.js";
export { rateColumns, ratesCsv } from "./table.js";
