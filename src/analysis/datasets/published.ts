import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { systemReason } from "../../logs/file-bytes.js";
import type { ProblemList } from "../../logs/index.js";
import { LabError } from "../../model/errors.js";
import type { PublishedCell } from "./dataset.js";

/**
 * Reads the artifact's own result tables (`time.csv`, `mem_kata.csv`, …), cell by cell; empty cells are left out. If a table
 * cannot be read, this is the problem `RUND_TABLE`, and none of its cells are returned.
 */
export function readResultTables(folder: string, problems: ProblemList): readonly PublishedCell[] {
  const attempt = <Value>(path: string, work: () => readonly Value[]): readonly Value[] => {
    try {
      return work();
    } catch (error) {
      const own = error instanceof LabError ? error : null;
      const [expected, found] = [own?.expected ?? "published tables", own?.found ?? systemReason(error)];
      problems.add(path, null, "RUND_TABLE", expected, found);
      return [];
    }
  };
  const names = attempt(folder, () => readdirSync(folder).filter(name => name.endsWith(".csv")));
  return [...names].sort().flatMap(name => {
    const file = join(folder, name);
    return attempt(file, () => parseResultTable(readFileSync(file, "utf8"), name.slice(0, -4), file));
  });
}

/**
 * Parses one published table, cell by cell.
 *
 * @throws LabError `RUND_TABLE` if a cell is not a number
 * @example parseResultTable("runtime,1,10\nrund,94.3,\n", "time") // [{ table: "time", row: "rund", column: "1", value: 94.3 }]
 */
export function parseResultTable(text: string, table: string, file = table): readonly PublishedCell[] {
  const [head = [], ...rows] = parseCsv(text, file);
  return rows.flatMap(([row = "", ...values]) =>
    values.flatMap((written, index) => {
      if (written === "") return [];
      const value = Number(written);
      if (!Number.isFinite(value)) {
        throw new LabError("RUND_TABLE", "input", "", { where: file, expected: "numbers", found: `"${written}"` });
      }
      return [{ table, row, column: head[index + 1] ?? "", value }];
    }),
  );
}

/**
 * Parses CSV text into lines of fields.
 *
 * @param file the name for the error
 * @throws LabError `RUND_TABLE` if the text is not CSV
 */
export function parseCsv(text: string, file: string): readonly (readonly string[])[] {
  try {
    return parse(text, { bom: true }) as string[][];
  } catch (error) {
    throw new LabError("RUND_TABLE", "input", "", {
      where: file,
      expected: "CSV with the same columns in each line",
      found: error instanceof Error ? error.message : String(error),
      hint: "restore the file, or repair this line",
      cause: error,
    });
  }
}
