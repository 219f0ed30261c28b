import { counted } from "../../../model/counted.js";
import { LabError } from "../../../model/errors.js";
import type { RoundBackground } from "../rounds.js";
import { now, type Visit, type VisitTools, visitRequest } from "../visit.js";
import { standingWorkloadOf } from "../workload.js";

/** Makes sure that exactly a visit's background sandboxes are running. */
export async function startBackground(visit: Visit, tools: VisitTools): Promise<RoundBackground> {
  const { sandboxes } = tools;
  if (!sandboxes.isStanding(standingOf(visit))) {
    await sandboxes.clearStanding(tools.append);
    tools.report("background");
    await startMissing(visit, tools, false);
  }
  return { topUp: () => startMissing(visit, tools, true), ready: () => sandboxes.ready() };
}

const standingOf = ({ runtime, slot }: Visit) =>
  ({ purpose: "background", runtime: runtime.id, density: slot.density }) as const;

/**
 * Starts background sandboxes until all are ready.
 *
 * @returns the number of started ones
 */
async function startMissing(visit: Visit, tools: VisitTools, topUp: boolean): Promise<number> {
  const { settings, slot, run, runtime } = visit;
  const { sandboxes, signal } = tools;
  const { density } = slot;
  const request = (n: number) => visitRequest(sandboxes, visit, 1, n, "background");
  const workload = standingWorkloadOf(settings);
  const up = await sandboxes.startStanding(standingOf(visit), workload, request, settings.timeout * 1000, signal);
  const { started, failed, ready, ms, why } = up;
  if (started + failed > 0) {
    const place = { run, runtime: runtime.id, density };
    tools.append({ event: "background", at: now(), ...place, started, failed, ready: ready.length, ms, topUp });
  }
  if (ready.length < density) {
    throw new LabError("RUND_BACKGROUND", "machine", `${runtime.id}: the background sandboxes cannot be started`, {
      expected: `${counted(density, "sandbox")} ready`,
      found: `${ready.length}${why === null ? "" : ` (${why})`}`,
      hint: "measure with fewer background sandboxes, or allow more memory and pids; `rund-lab doctor` shows the limits",
    });
  }
  return started;
}
