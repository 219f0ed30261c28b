import type { FitEvent, FitStep } from "../../../campaign-files/events.js";
import { counted } from "../../../model/counted.js";
import { quantileR7 } from "../../../model/quantile.js";
import { elapsedMs } from "../../round/clock.js";
import { watchIdle } from "../../round/observe.js";
import { readStanding } from "../memory/read-standing.js";
import type { ExperimentSettings } from "../settings.js";
import { now, type Visit, type VisitTools, visitRequest } from "../visit.js";
import { standingWorkloadOf } from "../workload.js";
import { type Reading, roomLeft } from "./room-left.js";

/** The rule that stopped a ramp, and the measured values that met it. */
type Stop = Pick<FitEvent, "rule" | "why">;

/** Length in milliseconds of the window in which the CPU of idle sandboxes is measured. */
const idleMs = 1_000;

/**
 * Adds sandboxes in steps until a rule stops the ramp, then removes them all.
 *
 * @throws LabError `RUND_BACKGROUND` if no sandbox starts; the signal's reason if it is aborted
 */
export async function measureRamp(visit: Visit, tools: VisitTools, round: number): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { sandboxes, memory, clock, headroom } = tools;
  const { density: asked, block, position } = slot;
  const rules = fitRules(settings);
  await sandboxes.clearStanding(tools.append);
  const release = headroom.protect();
  try {
    tools.report("empty machine");
    const hostBefore = memory.host();
    const boundsBefore = headroom.bounds();
    const idleBefore = await idleWindow(tools);
    const swapBefore = tools.host.pressure().swapIn;
    const readings: Reading[] = [{ density: 0, bounds: boundsBefore }];
    const steps: FitStep[] = [];
    let stop: Stop | null = null;
    for (let at = 0; stop === null; ) {
      const wanted = nextDensity(readings, at, asked, rules);
      if (typeof wanted !== "number") {
        stop = wanted;
        break;
      }
      tools.report(counted(wanted, "sandbox"));
      const step = await measureStep(visit, tools, wanted, at, swapBefore);
      steps.push(step);
      readings.push({ density: step.density, bounds: step.bounds });
      at = step.density;
      stop = stopAfter(step, asked, rules);
    }
    const cleanupNs = clock.nowNs();
    await sandboxes.clearStanding(tools.append);
    const fits = steps.findLast(({ failed }) => failed === 0)?.density ?? 0;
    const event: FitEvent = {
      event: "fit",
      at: now(),
      run,
      runtime: runtime.id,
      density: asked,
      block,
      position,
      round,
      fits,
      ...stop!,
      hostBefore,
      boundsBefore,
      idleBefore,
      steps,
      cleanupMs: elapsedMs(cleanupNs, clock.nowNs()),
    };
    tools.append(event);
  } finally {
    release();
  }
}

/**
 * Returns the density of the next step, which is smaller than requested if a limit is near, or the reason why there is no next
 * step.
 */
function nextDensity(
  readings: readonly Reading[],
  at: number,
  asked: number,
  { step, growth, reserve }: FitRules,
): number | Stop {
  const wish = Math.min(asked - at, growth === null ? step : Math.max(step, Math.ceil(at * growth)));
  // no slope is known on an empty machine, so the first step is small
  if (readings.length < 2) return Math.min(wish, 10);
  const { sandboxes, bound, perSandbox } = roomLeft(readings, reserve);
  const added = Math.min(wish, sandboxes);
  if (added >= Math.min(wish, Math.max(1, Math.floor(step / 10)))) return at + added;
  const percent = Math.round(reserve * 100);
  const { name, unit, used, limit } = bound;
  return {
    rule: "headroom",
    why: `${name}: ${used} of ${limit} ${unit} are used, and a sandbox takes up to ${perSandbox.toFixed(1)} more; ${percent} % must stay free`,
  };
}

async function measureStep(
  visit: Visit,
  tools: VisitTools,
  wanted: number,
  before: number,
  swapBefore: number,
): Promise<FitStep> {
  const { settings, slot, runtime } = visit;
  const { sandboxes, clock, memory, headroom, signal } = tools;
  const startedNs = clock.nowNs();
  const up = await sandboxes.startStanding(
    { purpose: "fit", runtime: runtime.id, density: wanted },
    standingWorkloadOf(settings),
    n => visitRequest(sandboxes, visit, 1, before + n, "background"),
    settings.timeout * 1000,
    signal,
  );
  const idle = await idleWindow(tools);
  const snapshot =
    up.ready.length === 0
      ? null
      : await readStanding(tools, ready =>
          memory.snapshot(
            runtime,
            ready.map(({ id }) => id),
            { memoryMb: slot.memoryMb ?? 0, density: wanted },
          ),
        );
  const latencies = [...up.latenciesMs].sort((a, b) => a - b);
  return {
    density: up.ready.length,
    added: up.ready.length - before,
    failed: up.failed,
    latencyP50Ms: latencies.length === 0 ? null : quantileR7(latencies, 0.5),
    latencyP99Ms: latencies.length === 0 ? null : quantileR7(latencies, 0.99),
    pssKiB: snapshot?.snapshot.components.reduce((sum, { pssKiB }) => sum + pssKiB, 0) ?? 0,
    host: memory.host(),
    bounds: headroom.bounds(),
    memoryPressure: tools.host.state().pressure?.memory ?? null,
    swapIn: tools.host.pressure().swapIn - swapBefore,
    idle,
    ms: elapsedMs(startedNs, clock.nowNs()),
  };
}

/** Returns the rule that stops the ramp after a step; null if it continues. If several apply, the most informative one counts. */
function stopAfter(step: FitStep, asked: number, { latencyLimitMs, pressureLimit }: FitRules): Stop | null {
  const { density, added, failed, latencyP99Ms, memoryPressure, swapIn } = step;
  if (failed > 0)
    return { rule: "failed", why: `${failed} of ${added + failed} starts failed on top of ${density - added}` };
  if (latencyLimitMs !== null && latencyP99Ms !== null && latencyP99Ms > latencyLimitMs) {
    return { rule: "latency", why: `p99 of the step is ${Math.round(latencyP99Ms)} ms, above ${latencyLimitMs} ms` };
  }
  if (swapIn > 0) return { rule: "swap", why: `${swapIn} pages were swapped in` };
  if (memoryPressure !== null && memoryPressure > pressureLimit) {
    return {
      rule: "pressure",
      why: `tasks waited for memory ${memoryPressure} % of the last 10 s, above ${pressureLimit} %`,
    };
  }
  return density >= asked ? { rule: "asked", why: `${asked} were asked for` } : null;
}

async function idleWindow(tools: VisitTools): Promise<FitStep["idle"]> {
  const { busy, total, ms } = await watchIdle(tools, idleMs, tools.signal);
  return { busy, total, ms };
}

/** The rules that stop a ramp, and the size of its steps. */
type FitRules = ReturnType<typeof fitRules>;

const fitRules = ({ step = 50, growth, reserve = 10, latencyLimit, pressureLimit = 10 }: ExperimentSettings) => ({
  step,
  /** The share by which each step grows the density; null for steps of equal size. */
  growth: growth === undefined ? null : growth / 100,
  /** The share of every limit that must stay free. */
  reserve: reserve / 100,
  /** The largest p99 of a step's cold starts; null for none. */
  latencyLimitMs: latencyLimit === undefined ? null : latencyLimit * 1000,
  /** The largest share of the last 10 s in which some task waited for memory, in percent. */
  pressureLimit,
});
