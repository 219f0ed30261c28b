import { loadDataset } from "../../analysis/datasets/index.js";
import { pssPerSandbox } from "../../analysis/groups.js";
import { mean } from "../../analysis/stats/mean.js";
import { serviceObstacles } from "../../measure/doctor/index.js";
import {
  type CampaignSettings,
  listenerOf,
  makePlan,
  type Plan,
  type RuntimeDeclaration,
  readLimits,
  replayTiming,
  type Timing,
  usualTiming,
} from "../../measure/index.js";

/**
 * Makes the plan of a campaign, with the recorded makespans and memory of `paper_data` if it has them.
 *
 * @param socket the service's; null for a rehearsal, which needs nothing on the machine; "" for a campaign without a service
 * @param timing the pauses before and after a round; by default those of a machine, or none for a rehearsal
 */
export async function planFor(
  settings: CampaignSettings,
  runtimes: readonly RuntimeDeclaration[],
  socket: string | null,
  speed: number,
  timing: Timing = socket === null ? replayTiming : usualTiming,
): Promise<Plan> {
  const { starts, memory } = await loadDataset("paper_data");
  const plan = makePlan(settings, {
    runtimes,
    limits: socket === null ? null : readLimits(listenerOf(socket)),
    timing,
    speed,
    idleMiB(runtime, memoryMb) {
      // a single sandbox uses memory that others will share; outside the memory experiment guests are small
      const own = memory.filter(cell => cell.runtime === runtime && cell.density > 1);
      const label = memoryMb ?? Math.min(...own.map(cell => cell.memoryMb));
      const each = own.filter(cell => cell.memoryMb === label).flatMap(cell => pssPerSandbox(cell) ?? []);
      return each.length === 0 ? undefined : Math.max(...each) / 1024;
    },
    makespanMs({ runtime, experiment, density, concurrency }) {
      const cell = starts.find(
        each =>
          each.runtime === runtime &&
          each.experiment === experiment &&
          each.density === density &&
          each.concurrency === concurrency,
      );
      return cell === undefined || cell.rounds.length === 0
        ? undefined
        : mean(cell.rounds.map(({ makespanMs }) => makespanMs));
    },
  });
  if (socket === null || socket === "") return plan;
  const ids = settings.experiments.flatMap(each => each.runtimes);
  const handlers = runtimes.filter(({ id, handler }) => ids.includes(id) && handler !== "").map(each => each.handler);
  const why = [...plan.why, ...(await serviceObstacles(socket, handlers, plan.needs.sandboxes))];
  return { ...plan, why, fits: why.length === 0 };
}
