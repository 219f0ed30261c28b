import { readFileSync } from "node:fs";
import { join } from "node:path";
import { arrivalWindows } from "../../analysis/datasets/arrival-windows.js";
import { type HeldRate, heldRates, rateResults, readObjective } from "../../analysis/rates/index.js";
import { type CampaignEvent, parseEvents } from "../../campaign-files/index.js";
import { type CampaignSettings, type CellSummary, failureHint, summariseCells } from "../../measure/index.js";
import { LabError } from "../../model/errors.js";
import { type Io, note, printResult } from "../terminal/io.js";
import { cellText } from "./cell-text.js";

/**
 * Prints the results of a campaign: a line per cell and, if there is an objective, the highest rate that each runtime held.
 *
 * @throws LabError of kind `check` if nothing was measured, or nothing of one runtime
 */
export function printOutcome(io: Io, path: string, settings: CampaignSettings, json: boolean): void {
  const file = join(path, "events.ndjson");
  const events = parseEvents(readFileSync(file, "utf8"), file).rows;
  const cells = summariseCells(events);
  const held = ratesHeld(settings, events);
  const document = { campaign: path, status: "complete", cells, ...(held.length > 0 && { held }) };
  printResult(io, json, document, [path, ...cells.map(describeCell), ...held.map(describeHeld)]);
  const empty = emptyRuns(cells);
  const error = empty.length > 0 || cells.length === 0 ? noRound(path, cells, empty) : null;
  // each reason is printed once, with its hint; the error about empty runs has one of them
  const printed = new Set(error === null ? [] : [firstFailureOf(cells, empty)?.firstFailure]);
  for (const cell of cells) {
    noteFailures(io, cell, printed.has(cell.firstFailure));
    printed.add(cell.firstFailure);
  }
  if (error !== null) throw error;
}

/** Returns the highest rate that each runtime held, if a campaign has an objective. */
function ratesHeld({ experiments }: CampaignSettings, events: readonly CampaignEvent[]): readonly HeldRate[] {
  const slo = experiments.find(each => each.slo !== undefined)?.slo;
  return slo === undefined ? [] : heldRates(rateResults(arrivalWindows(events), readObjective(slo)));
}

function describeHeld({ runtime, highest, failsAt, undecided }: HeldRate): string {
  const held = highest === null ? "is not confirmed to hold any of the rates" : `holds ${highest} starts a second`;
  const fails = failsAt === null ? "it fails at none of the rates" : `it fails at ${failsAt} a second`;
  const open =
    undecided.length === 0 ? "" : `; too few starts to decide ${undecided.join(", ")}: a longer --duration helps`;
  return `${runtime} ${held}; ${fails}${open}`;
}

/**
 * Prints the number of failed cold starts of a cell, the stage and reason of the first failure, and the next step if it is known.
 *
 * @param printed whether the reason is printed elsewhere
 */
function noteFailures(io: Io, cell: CellSummary, printed: boolean): void {
  const { unreliable, runtime, failed, attempted, firstFailure } = cell;
  if (failed === 0 || (firstFailure === null && !unreliable)) return;
  const line = `${unreliable ? "unreliable: " : ""}${failed} of ${attempted} cold starts of ${runtime} failed`;
  if (firstFailure === null || printed) {
    note(io, line);
    return;
  }
  note(io, `${line}; the first${inStage(cell)}: ${firstFailure}`);
  const hint = failureHint(firstFailure);
  if (hint !== undefined) note(io, `hint: ${hint}`);
}

const inStage = ({ failedStage }: CellSummary): string =>
  failedStage === undefined ? "" : `, in stage ${failedStage}`;

/** Returns the runs without a complete round. */
const emptyRuns = (cells: readonly CellSummary[]): readonly string[] =>
  [...new Set(cells.map(({ run }) => run))].filter(run => cells.every(cell => cell.run !== run || cell.rounds === 0));

/** Returns the cell whose failure explains the first of the runs without a complete round. */
const firstFailureOf = (cells: readonly CellSummary[], empty: readonly string[]): CellSummary | undefined =>
  cells.find(({ run, firstFailure }) => run === empty[0] && firstFailure !== null);

/** Returns the error for an experiment in which all rounds of a runtime failed. */
function noRound(path: string, cells: readonly CellSummary[], empty: readonly string[]): LabError {
  const failing = firstFailureOf(cells, empty);
  const why = failing?.firstFailure ?? "unknown";
  const names = empty.map(run => cells.find(cell => cell.run === run)!);
  const whose = names.length < new Set(cells.map(({ run }) => run)).size ? ` of ${names.map(nameOf).join(", ")}` : "";
  const first = `the first failure${failing === undefined ? "" : inStage(failing)}: ${why}`;
  return new LabError("RUND_NO_ROUND", "check", `no round${whose} was complete; ${first}`, {
    where: path,
    hint:
      failureHint(why) ??
      "events.ndjson has every failure with its reason; `rund-lab doctor` shows what this machine lacks",
  });
}

const nameOf = ({ runtime, experiment }: CellSummary): string => `${runtime} (${experiment})`;

function describeCell(cell: CellSummary): string {
  const { density, rounds, partial, failed, attempted } = cell;
  const share = cell.diskShare === null ? "" : `, up to ${Math.round(100 * cell.diskShare)} % of a round`;
  const flags = Object.entries(cell.flags).map(([flag, count]) => `${flag} ${count}${flag === "disk" ? share : ""}`);
  const notes = [
    ...(partial > 0 ? [`${partial} partial`] : []),
    ...(cell.sandboxes !== null && cell.sandboxes < density ? [`${cell.sandboxes} of ${density} running`] : []),
    ...(cell.settled === false ? ["not settled"] : []),
    ...(failed > 0 ? [`${failed} of ${attempted} failed`] : []),
    ...(cell.unreliable ? ["unreliable"] : []),
    ...flags,
  ];
  return `${cell.experiment} ${cellText(cell)}: ${cell.result}, n = ${rounds}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}
