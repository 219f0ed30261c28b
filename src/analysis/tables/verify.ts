import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../../model/errors.js";
import { describeProblem } from "../../model/problem.js";
import { type Dataset, datasetFolder, loadDataset, ownDatasets, type PublishedCell } from "../datasets/index.js";
import { formatCell } from "./table.js";
import { allTables } from "./tables.js";

interface CellName {
  readonly dataset: string;
  readonly table: string;
  readonly row: string;
  readonly column: string;
}

/** A published cell for which the data gives a different number. */
export interface Mismatch extends CellName {
  readonly published: number;
  readonly recomputed: number;
}

/** The result of comparing recomputed tables with published ones. */
export interface Verification {
  /** Published cells. */
  readonly cells: number;
  /** Number of cells that were recomputed as the same float64. */
  readonly matched: number;
  readonly mismatched: readonly Mismatch[];
  /** Published cells that cannot be computed from the data. */
  readonly missing: readonly CellName[];
}

/** The result of verifying the raw logs: their tables, lines and distilled files. */
export interface RawVerification extends Verification {
  /** Number of log lines that were checked, and of cold starts in them. */
  readonly lines: number;
  readonly coldStarts: number;
  /** Number of the package's distilled files, and of those that equal the files computed from these logs, byte for byte. */
  readonly distilled: { readonly files: number; readonly same: number };
  /** A sentence for each other error: in the logs, between the published tables, in the distilled files. */
  readonly faults: readonly string[];
}

/** Recomputes a dataset's tables and compares them with published cells, bit for bit. */
export function compareWithPublished(dataset: Dataset, published: readonly PublishedCell[]): Verification {
  const recomputed = new Map<string, number | null>(
    allTables(dataset).flatMap(table =>
      table.rows.flatMap(({ row, values }) =>
        values.map((value, index) => [`${table.name}/${row}/${table.columns[index]}`, value] as const),
      ),
    ),
  );
  const mismatched: Mismatch[] = [];
  const missing: CellName[] = [];
  for (const { value, ...place } of published) {
    const cell = { dataset: dataset.name, ...place };
    const own = recomputed.get(keyOf(place)) ?? null;
    if (own === null) missing.push(cell);
    else if (own !== value) mismatched.push({ ...cell, published: value, recomputed: own });
  }
  const cells = published.length;
  return { cells, matched: cells - mismatched.length - missing.length, mismatched, missing };
}

/** Returns a sentence for each published cell that does not match. */
export const faultsOf = ({ mismatched, missing }: Verification): readonly string[] => [
  ...mismatched.map(
    ({ dataset, table, row, column, published, recomputed }) =>
      `${dataset} ${table}.csv, row ${row}, column ${column}: published ${formatCell(published)}, recomputed ${formatCell(recomputed)}`,
  ),
  ...missing.map(
    ({ dataset, table, row, column }) =>
      `${dataset} ${table}.csv, row ${row}, column ${column}: published, but not in the data`,
  ),
];

/** Compares the tables of the package's distilled data with the published cells. */
export async function verifyDistilled(): Promise<Verification> {
  const parts: Verification[] = [];
  for (const name of ownDatasets) {
    const dataset = await loadDataset(name);
    parts.push(compareWithPublished(dataset, dataset.published));
  }
  return mergeVerifications(parts);
}

/**
 * Reads the artifact's raw logs and compares their tables with the published cells, with the tables published beside the logs,
 * and with the package's distilled files.
 *
 * @param folder contains `paper_data` and `ae_data`
 * @throws LabError `RUND_NO_FOLDER` if one of the two is missing
 */
export async function verifyRaw(folder: string): Promise<RawVerification> {
  const [{ readRaw }, { distill }] = await Promise.all([
    import("../datasets/read-raw.js"),
    import("../datasets/distilled/write-distilled.js"),
  ]);
  const parts: Verification[] = [];
  const faults: string[] = [];
  const distilled = { files: 0, same: 0 };
  let lines = 0;
  let coldStarts = 0;
  for (const name of ownDatasets) {
    const path = join(folder, name);
    if (!existsSync(path)) {
      throw new LabError("RUND_NO_FOLDER", "input", "", {
        where: folder,
        expected: `the artifact's folders ${ownDatasets.join(" and ")}`,
        found: `no ${name}`,
        hint: "`rund-lab data fetch` downloads them to raw/RunD_ATC22",
      });
    }
    const reading = readRaw(path);
    const { dataset } = reading;
    const own = await loadDataset(name);
    lines += reading.lines;
    coldStarts += reading.coldStarts;
    parts.push(compareWithPublished(dataset, own.published));
    faults.push(...dataset.problems.map(describeProblem), ...tableDifferences(name, dataset.published, own.published));
    for (const [file, text] of Object.entries(distill(dataset))) {
      distilled.files++;
      if (readFileSync(join(datasetFolder(name), file), "utf8") === text) distilled.same++;
      else faults.push(`${name}/${file}: expected the values computed from these logs, found different values`);
    }
  }
  return { ...mergeVerifications(parts), lines, coldStarts, distilled, faults };
}

/** Returns the differences between the tables beside the logs and those in the package. */
function tableDifferences(name: string, beside: readonly PublishedCell[], own: readonly PublishedCell[]): string[] {
  const values = new Map(beside.map(cell => [keyOf(cell), cell.value]));
  return own.flatMap(cell => {
    const value = values.get(keyOf(cell));
    return value === cell.value
      ? []
      : [
          `${name}/result/${cell.table}.csv, row ${cell.row}, column ${cell.column}: expected ${cell.value}, found ${value ?? "nothing"}`,
        ];
  });
}

const keyOf = ({ table, row, column }: Omit<PublishedCell, "value">) => `${table}/${row}/${column}`;

/** Returns the results of several datasets as one. */
export const mergeVerifications = (parts: readonly Verification[]): Verification => ({
  cells: parts.reduce((total, { cells }) => total + cells, 0),
  matched: parts.reduce((total, { matched }) => total + matched, 0),
  mismatched: parts.flatMap(({ mismatched }) => mismatched),
  missing: parts.flatMap(({ missing }) => missing),
});
