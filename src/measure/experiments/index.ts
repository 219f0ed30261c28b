import type { CampaignEvent } from "../../campaign-files/events.js";
import type { Experiment } from "../../model/experiment.js";
import { byRuntime } from "../../model/runtimes.js";
import { arrivals } from "./arrivals/index.js";
import { cgroups } from "./cgroups/index.js";
import { density } from "./density/index.js";
import type { ExperimentDeclaration } from "./experiment.js";
import { fit } from "./fit/index.js";
import { io } from "./io/index.js";
import { memory } from "./memory/index.js";
import { rootfs } from "./rootfs/index.js";
import type { CellSummary } from "./summary.js";
import { time } from "./time/index.js";

/** All experiments; a new one is a folder beside these and an entry here. */
export const experimentTable: Readonly<Record<Experiment, ExperimentDeclaration>> = {
  time,
  memory,
  density,
  cgroups,
  rootfs,
  io,
  arrivals,
  fit,
};

/** Returns the cells of a campaign from its journal, in the grid's order and not that of the visits. */
export const summariseCells = (events: readonly CampaignEvent[]): readonly CellSummary[] =>
  Object.values(experimentTable).flatMap(({ summarise }) => [...summarise(events)].sort(inGridOrder));

function inGridOrder(a: CellSummary, b: CellSummary): number {
  return (
    byRuntime(a.runtime, b.runtime) ||
    (a.memoryMb ?? 0) - (b.memoryMb ?? 0) ||
    a.density - b.density ||
    (a.concurrency ?? 0) - (b.concurrency ?? 0) ||
    (a.rate ?? 0) - (b.rate ?? 0) ||
    (a.run < b.run ? -1 : a.run > b.run ? 1 : 0)
  );
}
