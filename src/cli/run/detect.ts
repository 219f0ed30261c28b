import { existsSync } from "node:fs";
import { type Detection, roundsToDetect } from "../../analysis/compare/index.js";
import { loadDatasets, recordedCampaign } from "../../analysis/datasets/index.js";
import type { ExperimentSettings } from "../../measure/experiments/settings.js";
import { LabError } from "../../model/errors.js";
import { shareOf } from "../../model/percent.js";
import { atOnce } from "../../present/figures/drawing/text.js";
import type { Io } from "../terminal/io.js";
import { flagOf } from "../terminal/option-value.js";

/** The options from which `run` computes its number of rounds. */
export interface DetectOptions {
  /** A percentage such as `5%`: the size of a difference that should be found. */
  readonly detect?: string;
  /** Recorded campaigns from which the scatter of rounds is estimated. */
  readonly pilot?: readonly string[];
}

/** Maximum number of blocks of a campaign; if more rounds are needed, blocks have several rounds. */
const mostBlocks = 1_000;
const mostRounds = 100_000;

/**
 * Computes the rounds for `--detect`: one detection for each time or density experiment; empty without the option.
 *
 * @throws LabError `RUND_SETTING` for options that exclude each other or more rounds than can be measured, `RUND_NO_PILOT`
 */
export async function detectionsFor(
  io: Io,
  options: DetectOptions & Partial<Pick<ExperimentSettings, "rounds" | "blocks" | "untilDecided">>,
  experiments: readonly ExperimentSettings[],
): Promise<readonly Detection[]> {
  const { detect, pilot } = options;
  if (detect === undefined) {
    if (pilot !== undefined) throw refused("--pilot", "--detect, which uses the pilot", "none");
    return [];
  }
  const tolerance = shareOf(detect, "--detect");
  const beside = (["rounds", "blocks", "untilDecided"] as const).find(name => options[name] !== undefined);
  if (beside !== undefined) throw refused("--detect", "no other option that sets the rounds", flagOf(beside));
  if (experiments.some(({ order }) => order === "grid")) {
    throw refused("--detect", "--order shuffled, so that runtimes take turns", "grid");
  }
  const planned = experiments.flatMap(({ experiment, runtimes, density, concurrency }) =>
    experiment === "time" || experiment === "density"
      ? [{ experiment, runtimes, density, concurrency, tolerance }]
      : [],
  );
  if (planned.length === 0) {
    const found = experiments.map(({ experiment }) => experiment).join(", ");
    throw refused("--detect", "a time or a density experiment", found);
  }
  const own = existsSync(recordedCampaign) ? [recordedCampaign, "paper_data"] : ["paper_data"];
  const recordings = await loadDatasets(pilot ?? own, io.cwd);
  return planned.map(each => roundsToDetect(each, recordings));
}

/**
 * Returns settings with the rounds that a detection computed, one in each block.
 *
 * @throws LabError `RUND_SETTING` if no campaign can have that many rounds
 */
export function withDetected<Settings extends ExperimentSettings>(
  settings: Settings,
  found: readonly Detection[],
): Settings {
  const detection = found.find(({ experiment }) => experiment === settings.experiment);
  if (detection === undefined) return settings;
  const blocks = Math.min(detection.rounds, mostBlocks);
  const rounds = Math.ceil(detection.rounds / blocks) * blocks;
  if (rounds > mostRounds) {
    const { runtime, concurrency, scatter } = detection.cells.reduce((a, b) => (b.rounds > a.rounds ? b : a));
    throw refused(
      "--detect",
      `a difference that ${mostRounds} rounds can find`,
      `one that takes ${rounds} rounds, because rounds of ${runtime}, ${concurrency} at once, scatter by ${percent(scatter)}`,
    );
  }
  return { ...settings, rounds, blocks };
}

/** Returns a plan's detections as lines for people. */
export function detectionText(found: readonly Detection[]): readonly string[] {
  return found.flatMap(({ experiment, tolerance, rounds, cells }) => [
    `${experiment}: ${rounds} rounds detect a difference of ${percent(tolerance)}, or show that there is none, in 80 % of campaigns`,
    ...cells.map(cell => {
      const { runtime, against, scatter, recorded } = cell;
      const elsewhere = recorded.concurrency !== cell.concurrency || recorded.density !== cell.density;
      const where = elsewhere ? ` at ${atOnce(recorded)}` : "";
      const what = against === null ? "a round" : recorded.paired ? "a difference in one block" : "a difference";
      const place = `${runtime} and ${against ?? "an earlier campaign"}, ${atOnce(cell)}`;
      return `  ${place}: ${cell.rounds} (${what} scatters by ${percent(scatter)} in ${recorded.dataset}${where})`;
    }),
  ]);
}

const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

const refused = (where: string, expected: string, found: string) =>
  new LabError("RUND_SETTING", "usage", "", { where, expected, found });
