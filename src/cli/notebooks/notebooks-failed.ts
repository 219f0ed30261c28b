import { LabError } from "../../model/errors.js";

/** Returns the error for notebooks in which a cell failed. @param lines a line for each, from `runNotebooks` */
export const notebooksFailed = (lines: readonly string[]): LabError =>
  new LabError("RUND_NOTEBOOK_FAILED", "check", lines.join("\n"), {
    hint: "the written notebook contains the whole error below the cell",
  });
