/** The public API: what notebooks and programs import from "rund-lab". A list of exports, nothing else. */
export * from "./analysis/capacity/index.js";
export * from "./analysis/claims/index.js";
export * from "./analysis/compare/index.js";
export * from "./analysis/datasets/index.js";
export { flagStarts } from "./analysis/flags.js";
export * from "./analysis/frames/index.js";
export { type MemoryGroup, memoryGroups, pssPerSandbox, type StartGroup, startGroups } from "./analysis/groups.js";
export * from "./analysis/stages/index.js";
export * from "./analysis/tables/index.js";
export { type ErrorKind, LabError } from "./model/errors.js";
export type { Experiment } from "./model/experiment.js";
export { describeProblem, type Parsed, type Problem } from "./model/problem.js";
export { byRuntime, knownRuntimes, type RuntimeName, runtimeLabel } from "./model/runtimes.js";
export * from "./present/figures/index.js";
export { checkTable, type TableKind } from "./present/notebook/check-table.js";
export { check, checkDatasets, done } from "./present/notebook/done.js";
export { show, showInteractive } from "./present/notebook/show.js";
export { table } from "./present/notebook/table.js";
