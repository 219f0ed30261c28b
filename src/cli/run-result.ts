import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { HeldRate } from "../analysis/rates/index.js";
import { type CampaignEvent, parseEvents } from "../campaign-files/index.js";
import type { CampaignSettings, CellSummary } from "../measure/index.js";
import { LabError } from "../model/errors.js";
import { type Io, note, print, printJson } from "./io.js";

/**
 * Prints what came of a campaign: a line per cell, and the highest rate that each runtime held where there is an objective.
 *
 * @param summarise gives the cells of a journal
 * @param hintFor the next step for a known failure
 * @throws LabError of kind `check` if nothing was measured, or nothing of one runtime
 */
export async function printOutcome(
  io: Io,
  path: string,
  settings: CampaignSettings,
  summarise: (events: readonly CampaignEvent[]) => readonly CellSummary[],
  hintFor: (said: string) => string | undefined,
  json: boolean,
): Promise<void> {
  const events = readJournal(path);
  const cells = summarise(events);
  printResult(io, path, cells, await ratesHeld(settings, events), json);
  refuseEmpty(path, cells, hintFor);
}

function readJournal(path: string) {
  const file = join(path, "events.ndjson");
  return parseEvents(readFileSync(file, "utf8"), file).rows;
}

/** The highest rate that each runtime held, where a campaign has an objective. */
async function ratesHeld(settings: CampaignSettings, events: readonly CampaignEvent[]): Promise<readonly HeldRate[]> {
  const slo = settings.experiments.find(each => each.slo !== undefined)?.slo;
  if (slo === undefined) return [];
  const { arrivalWindows } = await import("../analysis/datasets/arrival-windows.js");
  const { heldRates, rateResults, readObjective } = await import("../analysis/rates/index.js");
  return heldRates(rateResults(arrivalWindows(events), readObjective(slo)));
}

function describeHeld({ runtime, highest, failsAt, undecided }: HeldRate): string {
  const held = highest === null ? "is not shown to hold any rate that was offered" : `holds ${highest} starts a second`;
  const fails = failsAt === null ? "no rate that was offered fails" : `${failsAt} fails`;
  const open =
    undecided.length === 0 ? "" : `; too few starts to decide ${undecided.join(", ")}: a longer --duration helps`;
  return `${runtime} ${held}; ${fails}${open}\n`;
}

function printResult(
  io: Io,
  path: string,
  cells: readonly CellSummary[],
  held: readonly HeldRate[],
  json: boolean,
): void {
  if (json) printJson(io, { campaign: path, status: "complete", cells, ...(held.length === 0 ? {} : { held }) });
  else print(io, `${path}\n${cells.map(describeCell).join("")}${held.map(describeHeld).join("")}`);
  for (const { unreliable, runtime, failed, attempted } of cells) {
    if (unreliable) note(io, `unreliable: ${failed} of ${attempted} cold starts of ${runtime} failed`);
  }
}

/** @throws LabError `RUND_NO_ROUND` if all rounds of some runtime failed in an experiment: nothing was measured of it */
function refuseEmpty(path: string, cells: readonly CellSummary[], hintFor: (said: string) => string | undefined): void {
  const runs = [...new Set(cells.map(({ run }) => run))];
  const empty = runs.flatMap(run => {
    const own = cells.filter(cell => cell.run === run);
    return own.some(({ rounds }) => rounds > 0) ? [] : [own];
  });
  const [first] = empty;
  if (first === undefined && cells.length > 0) return;
  const why = first?.find(({ firstFailure }) => firstFailure !== null)?.firstFailure ?? "unknown";
  const whose =
    empty.length < runs.length
      ? ` of ${empty.map(([cell]) => `${cell?.runtime} (${cell?.experiment})`).join(", ")}`
      : "";
  throw new LabError("RUND_NO_ROUND", "check", `no round${whose} was complete; the first failure: ${why}`, {
    where: path,
    hint:
      hintFor(why) ??
      "events.ndjson has every failure with its reason; `rund-lab doctor` shows what this machine lacks",
  });
}

function describeCell(cell: CellSummary): string {
  const { experiment, runtime, density, concurrency, memoryMb, rounds, partial, failed, attempted } = cell;
  const place = [
    `${experiment} ${runtime}`,
    ...(memoryMb === null ? [] : [`${memoryMb} MB`]),
    ...(density === 0 ? [] : [`density ${density}`]),
    ...(concurrency === null ? [] : [`concurrency ${concurrency}`]),
    ...(cell.rate === undefined ? [] : [`${cell.rate} a second`]),
  ].join(" ");
  const share = cell.diskShare === null ? "" : `, up to ${Math.round(100 * cell.diskShare)} % of a round`;
  const flags = Object.entries(cell.flags).map(([flag, count]) => `${flag} ${count}${flag === "disk" ? share : ""}`);
  const notes = [
    ...(partial > 0 ? [`${partial} partial`] : []),
    ...(cell.sandboxes !== null && cell.sandboxes < density ? [`${cell.sandboxes} of ${density} there`] : []),
    ...(cell.settled === false ? ["not settled"] : []),
    ...(failed > 0 ? [`${failed} of ${attempted} failed`] : []),
    ...(cell.unreliable ? ["unreliable"] : []),
    ...flags,
  ];
  return `${place}: ${cell.result}, n = ${rounds}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}\n`;
}
