import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LabError } from "../model/errors.js";

/**
 * Creates a new folder in the system's folder for temporary files.
 *
 * @param prefix the beginning of its name
 * @returns its path; the caller removes it
 * @throws LabError `RUND_TEMPORARY_FOLDER` (machine) if that is impossible, for example because TMPDIR names no folder
 */
export function temporaryFolder(prefix: string): string {
  const parent = tmpdir();
  try {
    return mkdtempSync(join(parent, prefix));
  } catch (error) {
    throw new LabError("RUND_TEMPORARY_FOLDER", "machine", "", {
      where: parent,
      expected: "a folder for temporary files, in which files can be created",
      found: (error as NodeJS.ErrnoException).code ?? String(error),
      hint: `set TMPDIR to such a folder${process.env.TMPDIR === undefined ? "" : "; it is set to this path"}`,
      cause: error,
    });
  }
}
