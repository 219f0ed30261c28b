/** The log formats of the RunD artifact: text to records and back, and whole run folders at once. */

export type { Experiment } from "../model/experiment.js";
export { type CellLog, type MemoryCellLog, readCells, type StartCellLog } from "./cells.js";
export { type ColdStart, ColdStartColumns, formatClientLog, parseClientLog, scanClientLog } from "./client.js";
export { type CpuSample, formatCpuLog, parseCpuLog } from "./cpu.js";
export { discoverRuns, type RunFolder } from "./discover.js";
export { formatLatencyLog, parseLatencyLog } from "./latency.js";
export { formatSmemTable, type ProcessMemory, parseSmemTable, processClass } from "./memory.js";
export type { MemorySum, MemorySums } from "./memory-sums.js";
export {
  formatClientFile,
  formatConcurrencyFolder,
  formatDensityFolder,
  formatMemoryFile,
  formatRunName,
  parseClientFile,
  parseConcurrencyFolder,
  parseDensityFolder,
  parseMemoryFile,
  parseRunName,
  type RunName,
} from "./names.js";
export { formatG, wholeNumber } from "./numbers.js";
export { ProblemList } from "./problems.js";
export { parseOciRuntime, parseVersions, type SoftwareVersions } from "./versions.js";
