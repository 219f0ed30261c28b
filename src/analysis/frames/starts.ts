import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSamples } from "../../campaign-files/index.js";
import { discoverRuns, ProblemList, type RunFolder, readCells } from "../../logs/index.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import type { Dataset } from "../datasets/dataset.js";
import { labelIn } from "../label-in.js";
import { type DataFrame, danfo } from "./danfo.js";

const columns = [
  ["run", "string"],
  ["experiment", "string"],
  ["runtime", "string"],
  ["label", "string"],
  ["density", "int32"],
  ["concurrency", "int32"],
  ["round", "int32"],
  ["client", "int32"],
  ["outcome", "string"],
  ["start_ms", "float32"],
  ["latency_ms", "float32"],
] as const;

type StartRow = (string | number)[];

/**
 * Returns every single cold start as a tidy danfo frame, one row per cold start, if the dataset recorded them: raw run folders and
 * campaigns. Warm-up rounds are left out. The 590,000 cold starts of the artifact take about two seconds and 600 MB.
 *
 * | column | type | unit and meaning |
 * |---|---|---|
 * | `run`, `experiment`, `runtime`, `label` | string | as in `roundsFrame` |
 * | `density`, `concurrency`, `round`, `client` | int32 | the cell, and the cold start's place in it; 1 for the first |
 * | `outcome` | string | `ready`, or the kind of failure; the artifact recorded no failures |
 * | `start_ms` | float32 | the request, in milliseconds since the epoch |
 * | `latency_ms` | float32 | from the request until the sandbox was seen ready; for a failure, until it was noticed |
 *
 * @throws LabError `RUND_NO_STARTS` (input) for distilled files, which contain only rounds and quantiles; `RUND_SAMPLES` (input) if a
 *   campaign's samples.csv is damaged; `RUND_NEEDS_DANFO` (machine) if danfojs-node is not installed
 */
export async function startsFrame(dataset: Dataset): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const { name, path, source } = dataset;
  if (source === "distilled") {
    throw new LabError("RUND_NO_STARTS", "input", "", {
      where: name,
      expected: "run folders or a campaign, which contain single cold starts",
      found: "distilled files, which contain only rounds and quantiles",
      hint: "`rund-lab data fetch` downloads the artifact's logs; then load raw/RunD_ATC22/paper_data",
    });
  }
  const folders = discoverRuns(path, new ProblemList());
  const campaigns = [...new Set(folders.flatMap(({ campaign }) => campaign ?? []))];
  const rows = [
    ...campaigns.map(campaign => samplesOf(campaign, dataset)),
    ...folders
      .filter(({ campaign, experiment }) => campaign === null && experiment !== "memory")
      .map(folder => logsOf(folder, dataset)),
  ].flat();
  return new DataFrame(rows, {
    columns: columns.map(([column]) => column),
    dtypes: columns.map(([, type]) => type),
  });
}

/** Returns the cold starts in a campaign's samples.csv. */
function samplesOf(campaign: string, dataset: Dataset): StartRow[] {
  const file = join(campaign, "samples.csv");
  const { rows, problems } = parseSamples(readFileSync(file, "utf8"), file);
  const [first] = problems;
  if (first !== undefined) {
    throw new LabError("RUND_SAMPLES", "input", counted(problems.length, "damaged line"), {
      where: `${file}:${first.line}`,
      expected: first.expected,
      found: first.found,
      hint: "restore the file, or let `rund-lab run --resume` write it again from the campaign's journal",
    });
  }
  return rows
    .filter(({ warmup }) => !warmup)
    .map(({ run, experiment, runtime, density, concurrency, round, client, outcome, startMs, latencyMs }) => [
      ...[run, experiment, runtime, labelIn(dataset, runtime), density, concurrency, round, client, outcome],
      ...[startMs, latencyMs],
    ]);
}

/** Returns the cold starts in a run folder's client logs. A line that could not be read has no row. */
function logsOf(folder: RunFolder, dataset: Dataset): StartRow[] {
  const rows: StartRow[] = [];
  const { name, experiment, runtime } = folder;
  for (const log of readCells(folder, new ProblemList())) {
    if (log.kind === "memory") continue;
    const { clients, rounds, startMs, endMs, valid } = log.columns;
    for (let at = 0; at < rounds * clients; at++) {
      if (valid[at] === 0) continue;
      const place = [log.density, log.concurrency, 1 + Math.floor(at / clients), 1 + (at % clients)];
      const times = [startMs[at]!, endMs[at]! - startMs[at]!];
      rows.push([name, experiment, runtime, labelIn(dataset, runtime), ...place, "ready", ...times]);
    }
  }
  return rows;
}
