import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { discoverRuns, ProblemList, type RunFolder, readCells } from "../../logs/index.js";
import { LabError } from "../../model/errors.js";
import { type Campaign, readCampaign } from "./campaign.js";
import { readCircumstances } from "./circumstances.js";
import type { Dataset, MemoryCell, OperationCell, RunInfo, StartCell } from "./dataset.js";
import { readResultTables } from "./published.js";
import { summariseMemory, summariseStarts } from "./summarise.js";

/** A dataset read from raw logs, with counts that show how much was checked. */
interface RawReading {
  readonly dataset: Dataset;
  /** Number of log lines that were read and checked. */
  readonly lines: number;
  /** Number of cold starts among them. */
  readonly coldStarts: number;
}

/**
 * Reads raw logs, the original's or a fresh campaign's: every run folder in `path`, every line checked.
 *
 * @param path a run folder, a folder of them, or a campaign
 * @param each called after every run folder with the number of folders read and their total, for a progress bar
 * @throws LabError `RUND_NO_FOLDER` or `RUND_NO_RUNS` if there is nothing to read, `RUND_DUPLICATE_CELL` if two folders have the
 * same cell
 */
export function readRaw(path: string, each: (done: number, of: number) => void = () => {}): RawReading {
  const problems = new ProblemList();
  const folders = discoverRuns(path, problems);
  if (folders.length === 0) {
    throw new LabError("RUND_NO_RUNS", "input", "", {
      where: path,
      expected: "run folders (time|mem|density)_<runtime>_<MMDDhhmm>",
      found: problems.count === 0 ? "none" : "none that can be read",
      hint: "name the folder that contains them, such as raw/RunD_ATC22/paper_data; `rund-lab data fetch` downloads the original's",
    });
  }
  const campaigns = new Map<string, Campaign>();
  const campaignOf = ({ campaign: path }: RunFolder): Campaign | undefined => {
    if (path === null) return undefined;
    const campaign = campaigns.get(path) ?? readCampaign(path, problems);
    campaigns.set(path, campaign);
    return campaign;
  };
  const runs: RunInfo[] = [];
  const starts: StartCell[] = [];
  const memory: MemoryCell[] = [];
  const operations: OperationCell[] = [];
  let lines = 0;
  let coldStarts = 0;
  folders.forEach((folder, index) => {
    const campaign = campaignOf(folder);
    runs.push(campaign?.runInfo(folder) ?? readCircumstances(folder, problems));
    operations.push(...(campaign?.operationCells(folder) ?? []));
    for (const log of readCells(folder, problems, campaign?.hasCpu)) {
      lines += log.lines;
      if (log.kind === "memory") {
        const cell = summariseMemory(log, folder.name, folder.runtime);
        memory.push(campaign?.memoryCell(cell) ?? cell);
      } else {
        coldStarts += log.columns.rounds * log.columns.clients;
        const cell = summariseStarts(log, startsOf(folder));
        starts.push(campaign?.startCell(cell) ?? cell);
        if (cell.rounds.length === 0) {
          const expected = "a round with a valid line from every client";
          problems.add(log.path, null, "RUND_CELL_EMPTY", expected, "none (the cell is empty)");
        }
      }
    }
    each(index + 1, folders.length);
  });
  const fresh = [...campaigns.values()];
  const ofJournals = {
    operations,
    io: fresh.flatMap(({ io }) => io),
    arrivals: fresh.flatMap(({ arrivals }) => arrivals),
    fits: fresh.flatMap(({ fits }) => fits),
  };
  // the tables published beside the original's raw logs
  const published = existsSync(`${path}/result`) ? readResultTables(`${path}/result`, problems) : [];
  return {
    dataset: {
      name: basename(resolve(path)),
      path,
      source: folders.every(folder => folder.campaign !== null) ? "campaign" : "raw",
      runs,
      starts,
      memory,
      ...Object.fromEntries(Object.entries(ofJournals).filter(([, own]) => own.length > 0)),
      published,
      problems: problems.list,
      problemCount: problems.count,
    },
    lines,
    coldStarts,
  };
}

function startsOf({ name, experiment, runtime }: RunFolder) {
  return { run: name, runtime, experiment: experiment === "density" ? ("density" as const) : ("time" as const) };
}
