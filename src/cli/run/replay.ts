import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { type Dataset, datasetFolder, loadDataset } from "../../analysis/datasets/index.js";
import {
  answersFromQuantiles,
  type MemorySnapshot,
  type MemoryTools,
  type ReplaySource,
  type RuntimeDeclaration,
  startReplayServer,
} from "../../measure/index.js";
import { LabError } from "../../model/errors.js";

/** The parts of `--endpoint replay:…`: a dataset and, optionally, the one runtime whose recording is used for every runtime. */
interface ReplayRequest {
  readonly dataset: Dataset;
  readonly only: string | null;
}

/**
 * Loads the dataset of `replay:DATASET` or `replay:DATASET/ID`.
 *
 * @throws LabError `RUND_REPLAY_RUNTIME` if the dataset has no such runtime, and the errors of `loadDataset`
 */
export async function loadReplay(endpoint: string, cwd: string): Promise<ReplayRequest> {
  const name = endpoint.slice("replay:".length);
  if (existsSync(datasetFolder(name, cwd)) || !name.includes("/"))
    return { dataset: await loadDataset(name, cwd), only: null };
  const dataset = await loadDataset(dirname(name), cwd);
  const only = basename(name);
  const recorded = [...new Set(dataset.runs.map(({ runtime }) => runtime))];
  if (recorded.includes(only)) return { dataset, only };
  throw new LabError("RUND_REPLAY_RUNTIME", "input", "", {
    where: endpoint,
    expected: `one of ${recorded.join(", ")} after the dataset's name`,
    found: only,
  });
}

/** Starts the replay server, and returns its socket and the recorded memory. */
export async function startRehearsal(request: ReplayRequest, speed: number, runtimes: readonly RuntimeDeclaration[]) {
  const server = await startReplayServer(replaySource(request, runtimes), { speed });
  return { socket: server.endpoint, memory: replayMemory(request), close: () => server.close() };
}

/**
 * Returns the recording in the form that the replay server plays: every complete round, with the cell's quantiles as its clients.
 */
export function replaySource({ dataset, only }: ReplayRequest, runtimes: readonly RuntimeDeclaration[]): ReplaySource {
  const recorded = new Set(dataset.runs.map(({ runtime }) => runtime));
  const recordedAs = new Map<string, string>();
  for (const { id, handler } of runtimes) {
    const name = only ?? id;
    // if two runtimes share a handler, the recorded one is used
    if (recorded.has(name) && !recordedAs.has(handler)) recordedAs.set(handler, name);
  }
  return {
    name: only === null ? dataset.name : `${dataset.name}/${only}`,
    handlers: [...recordedAs.keys()],
    rounds({ handler, experiment, density, concurrency }) {
      // a start in an open loop takes as long as a recorded single start
      const recordedIn = experiment === "arrivals" ? "time" : experiment;
      const cell = dataset.starts.find(
        each =>
          each.runtime === recordedAs.get(handler) &&
          each.experiment === recordedIn &&
          each.density === density &&
          each.concurrency === concurrency,
      );
      return (cell?.rounds ?? []).map(({ round, makespanMs, clients }) => ({
        round,
        answersMs: answersFromQuantiles(cell!.latencyQuantiles, makespanMs, clients),
      }));
    },
  };
}

/** Returns tools that report the recorded memory, because a replayed sandbox has no processes to read. */
export function replayMemory({ dataset, only }: ReplayRequest): MemoryTools {
  const nothing = { memAvailableKiB: 0, slabKiB: 0, pageTablesKiB: 0, kernelStackKiB: 0, percpuKiB: 0 };
  return {
    snapshot: ({ id }, _, { memoryMb, density }) => recordedSnapshot(dataset, only ?? id, memoryMb, density),
    enginePssKiB: () => null,
    host: () => ({ ...nothing, anonHugePagesKiB: 0, hugetlbKiB: 0 }),
    settings: () => ({ ksmPagesSharing: null, transparentHugePages: null }),
  };
}

function recordedSnapshot(dataset: Dataset, runtime: string, memoryMb: number, density: number): MemorySnapshot {
  const cell = dataset.memory.find(
    each => each.runtime === runtime && each.memoryMb === memoryMb && each.density === density,
  );
  if (cell === undefined || cell.components.length === 0) {
    throw new LabError("RUND_REPLAY_MEMORY", "input", "no such memory was recorded", {
      where: dataset.name,
      expected: `a snapshot of ${runtime} at ${memoryMb} MB and density ${density}`,
      found: "none",
      hint: "omit the cell with --memory or --density",
    });
  }
  const processes = cell.components.flatMap(({ component, processes: n, ussKiB, pssKiB, rssKiB, vssKiB }) =>
    Array.from({ length: n }, (_, index) => {
      // whole KiB that add up to the sum: the first processes have one more than the others
      const share = (sum: number) => Math.ceil((sum - index) / n);
      return {
        name: component,
        ussKiB: share(ussKiB),
        pssKiB: share(pssKiB),
        rssKiB: share(rssKiB),
        vssKiB: share(vssKiB),
      };
    }),
  );
  return {
    processes,
    components: cell.components.map(component => ({ ...component, swapPssKiB: 0, hugetlbKiB: 0 })),
    found: {
      bySandbox: processes.length,
      byPattern: processes.length,
      onlyBySandbox: 0,
      onlyByPattern: 0,
      vanished: 0,
      without: 0,
    },
  };
}
