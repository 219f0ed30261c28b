import type { Dataset } from "../../analysis/datasets/dataset.js";
import { compareWithPublished } from "../../analysis/tables/verify.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { escapeHtml } from "../html.js";
import { displaySink } from "./display.js";

interface Check {
  readonly statement: string;
  readonly holds: boolean;
}

let checks: Check[] = [];

/**
 * Checks a statement, and displays whether it is true. A notebook whose check fails continues, and fails at `done()`.
 *
 * @param found what was found instead, displayed if the check fails
 */
export function check(statement: string, holds: boolean, found = ""): void {
  checks.push({ statement, holds });
  const text = `${holds ? "✓" : "✗"} ${statement}${holds || found === "" ? "" : `: ${found}`}`;
  displaySink().display({ "text/html": `<p>${escapeHtml(text)}</p>`, "text/plain": text });
}

/** Checks that every line of the logs could be read, and that every published cell can be recomputed exactly. */
export function checkDatasets(datasets: readonly Dataset[]): void {
  for (const dataset of datasets) {
    const { name, problemCount, published } = dataset;
    check(`${name}: everything could be read`, problemCount === 0, counted(problemCount, "problem"));
    if (published.length === 0) continue;
    const { cells, matched } = compareWithPublished(dataset, published);
    check(`${name}: all ${cells} published cells can be recomputed exactly`, matched === cells, `${matched} can`);
  }
}

/**
 * Ends a notebook: fails it if a check failed, and resets the checks.
 *
 * @throws LabError `RUND_CHECKS` (check) if a check since the last `done()` failed, or if there was none
 */
export function done(): void {
  const made = checks;
  checks = [];
  const failed = made.filter(({ holds }) => !holds).map(({ statement }) => statement);
  if (made.length === 0 || failed.length > 0) {
    throw new LabError("RUND_CHECKS", "check", "", {
      where: "notebook",
      expected: made.length === 0 ? "at least one check" : `all ${made.length} checks to pass`,
      found: failed.length === 0 ? "none" : failed.join("; "),
      hint: made.length === 0 ? "call check() before done()" : "the lines above that begin with ✗ say what was found",
    });
  }
  const text = made.length === 1 ? "The check holds." : `All ${made.length} checks hold.`;
  displaySink().display({ "text/html": `<p>${text}</p>`, "text/plain": text });
}
