/** Tidy danfo frames of datasets and verdicts, and the pivot that danfo lacks. This is the only folder that loads danfo. */
export { arrivalsFrame, fitFrame } from "./arrivals.js";
export { claimsFrame, findingsFrame } from "./claims.js";
export type { DataFrame } from "./danfo.js";
export { type FrameRows, frame } from "./frame.js";
export { ioFrame } from "./io.js";
export { hostMemoryFrame, memoryFrame, memoryPartsFrame } from "./memory.js";
export { operationsFrame } from "./operations.js";
export { type Pivot, pivot } from "./pivot.js";
export { roundsFrame } from "./rounds.js";
export { runsFrame } from "./runs.js";
export { startsFrame } from "./starts.js";
