/** Computes the paper's tables from a dataset, as values and as CSV. */

export { type ImportedTable, importedCsv, importedTables } from "./imported.js";
export { type IoRow, ioCsv, ioTable } from "./io.js";
export { operationsCsv, operationTable } from "./operations.js";
export { formatCell, type Table, type TableRow, tableCsv } from "./table.js";
export {
  allTables,
  cpuTable,
  densityTables,
  memoryTables,
  timeTable,
} from "./tables.js";
export {
  compareWithPublished,
  faultsOf,
  type Mismatch,
  mergeVerifications,
  type RawVerification,
  type Verification,
  verifyDistilled,
  verifyRaw,
} from "./verify.js";
