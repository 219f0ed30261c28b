import { join } from "node:path";
import { type Dataset, loadDataset } from "../../../src/analysis/datasets/index.js";
import { replayMemory, replaySource } from "../../../src/cli/run/replay.js";
import {
  type ExperimentWishes,
  experimentSettings,
  type MeasureOptions,
  makePlan,
  measureCampaign,
  openService,
  type ReplayOptions,
  resumeCampaign,
  runtimes,
  startReplayServer,
} from "../../../src/measure/index.js";
import { readCampaign } from "./campaigns.js";

export interface CellName {
  readonly runtime: string;
  readonly experiment: "time" | "density";
  readonly density: number;
  readonly concurrency: number;
}

/** One cell replayed: mean makespans in recorded milliseconds, as recorded and as measured. */
export interface ReplayedCell extends CellName {
  readonly recordedMs: number;
  readonly measuredMs: number;
}

/** Runs experiments on a replay server and gives each cell as it was played and as it was measured. */
export async function replay(
  dataset: Dataset,
  wishes: readonly ExperimentWishes[],
  folder: { readonly out: string } | { readonly resume: string },
  server: ReplayOptions = {},
  options: Partial<MeasureOptions> = {},
): Promise<{ readonly path: string; readonly cells: readonly ReplayedCell[] }> {
  const request = { dataset, only: null };
  const playing = await startReplayServer(replaySource(request, runtimes), server);
  const service = await openService(playing.endpoint, "cri");
  const plan = makePlan(
    { name: null, experiments: wishes.map(experimentSettings), custom: [] },
    { runtimes, limits: null },
  );
  const measure: MeasureOptions = {
    plan,
    service,
    endpoint: `replay:${dataset.name}`,
    command: [],
    toolVersion: "0",
    report: () => {},
    signal: new AbortController().signal,
    memory: replayMemory(request),
    ...options,
  };
  try {
    const path =
      "out" in folder ? await measureCampaign(folder.out, measure) : await resumeCampaign(folder.resume, measure);
    const { rounds } = readCampaign(path);
    const cells = new Map<string, { played: number[]; measured: number[]; cell: CellName }>();
    for (const { runtime, run, density, concurrency, makespanMs, warmup } of rounds) {
      if (warmup || makespanMs === null) continue;
      const experiment = run.startsWith("density") ? ("density" as const) : ("time" as const);
      const key = `${runtime} ${experiment} ${density} ${concurrency}`;
      const entry = cells.get(key) ?? { played: [], measured: [], cell: { runtime, experiment, density, concurrency } };
      entry.measured.push(makespanMs);
      cells.set(key, entry);
    }
    // two runtimes may have one handler: that of Kata 2 and of Kata 3
    const asked = new Set(wishes.flatMap(({ runtimes }) => runtimes));
    const idOf = new Map(runtimes.filter(({ id }) => asked.has(id)).map(({ id, handler }) => [handler, id]));
    for (const { handler, experiment, density, concurrency, role, makespanMs } of playing.played) {
      if (role === "test")
        cells.get(`${idOf.get(handler)} ${experiment} ${density} ${concurrency}`)?.played.push(makespanMs);
    }
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      path,
      cells: [...cells.values()].map(({ cell, played, measured }) => ({
        ...cell,
        recordedMs: mean(played),
        measuredMs: mean(measured),
      })),
    };
  } finally {
    service.cri.close();
    await playing.close();
  }
}

/** Whether a replayed cell's mean makespan is as close to its recording as a replay at speed 1 promises: 5 % and 5 ms. */
const isTrue = ({ recordedMs, measuredMs }: ReplayedCell): boolean =>
  Math.abs(measuredMs - recordedMs) <= 0.05 * recordedMs + 5;

/**
 * Replays cells at speed 1 until each has been close enough once: what else runs on this machine delays a replay and never
 * hastens it.
 *
 * @returns the cells that never were, as they came out at the last attempt
 */
export async function replayUntilTrue(
  name: string,
  wanted: readonly CellName[],
  out: string,
  { rounds, attempts }: { readonly rounds: number; readonly attempts: number },
): Promise<readonly ReplayedCell[]> {
  const dataset = await loadDataset(name);
  let left = wanted;
  let off: readonly ReplayedCell[] = [];
  for (let attempt = 0; attempt < attempts && left.length > 0; attempt++) {
    const { cells } = await replay(dataset, experimentsOf(left, rounds), { out: join(out, String(attempt)) });
    off = cells.filter(cell => !isTrue(cell));
    left = left.filter(cell => !cells.some(other => sameCell(cell, other) && isTrue(other)));
  }
  return off;
}

const sameCell = (a: CellName, b: CellName): boolean =>
  a.runtime === b.runtime &&
  a.experiment === b.experiment &&
  a.density === b.density &&
  a.concurrency === b.concurrency;

/** Experiments that have exactly these cells: those on one background together. */
function experimentsOf(cells: readonly CellName[], rounds: number) {
  const groups = new Map<string, ExperimentWishes & { concurrency: number[] }>();
  for (const { runtime, experiment, density, concurrency } of cells) {
    const key = `${runtime} ${experiment} ${density}`;
    const group = groups.get(key);
    if (group !== undefined) group.concurrency.push(concurrency);
    else {
      const background = experiment === "density" ? { density: [density] } : {};
      // the slowest recorded cold start took ten minutes
      const timeout = 1800;
      groups.set(key, {
        experiment,
        runtimes: [runtime],
        concurrency: [concurrency],
        rounds,
        order: "grid",
        timeout,
        ...background,
      });
    }
  }
  return [...groups.values()];
}
