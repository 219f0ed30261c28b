import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ArrivalsEvent, parseEvents, type RoundEvent } from "../../campaign-files/index.js";
import { LabError } from "../../model/errors.js";

/**
 * Reads the rounds of a campaign from its journal, without warm-up rounds.
 *
 * @throws LabError `RUND_NO_JOURNAL` if the folder has no journal that can be read
 */
export const readRounds = (campaign: string): readonly RoundEvent[] =>
  readRoundsAndWindows(campaign).flatMap(event => (event.event === "round" ? [event] : []));

/**
 * Reads the rounds of a campaign and the windows of its open loops from its journal, warm-ups left out.
 *
 * @throws LabError `RUND_NO_JOURNAL` if the folder has no journal that can be read
 */
export function readRoundsAndWindows(campaign: string): readonly (RoundEvent | ArrivalsEvent)[] {
  const file = join(campaign, "events.ndjson");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new LabError("RUND_NO_JOURNAL", "input", "", {
      where: campaign,
      expected: "a campaign's folder with its events.ndjson",
      found: "no readable journal",
      hint: "name a folder that `rund-lab run` made, such as raw/20260131T120000-time",
      cause,
    });
  }
  return parseEvents(text, file).rows.flatMap(event =>
    (event.event === "round" || event.event === "arrivals") && !event.warmup ? [event] : [],
  );
}
