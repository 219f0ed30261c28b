import type { CampaignEvent } from "../../../campaign-files/events.js";
import { LabError } from "../../../model/errors.js";
import type { OpenLoopLimits } from "../../arrivals/open-loop.js";
import { guess } from "../cost.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { prewarm } from "../rounds.js";
import { type ExperimentSettings, workloadSettingNames } from "../settings.js";
import type { Visit, VisitTools } from "../visit.js";
import { arrivalSettings, drawSchedule } from "./schedule.js";
import { summariseWindows } from "./summarise-windows.js";
import { measureWindow } from "./window.js";

/** Removals at the same time: enough for the rates that a small machine holds, and few enough to leave it to the starts. */
const removers = 4;

/** Cold starts at a rate: an open loop, whose latencies count from the moment that each start is due. */
export const arrivals: ExperimentDeclaration = {
  id: "arrivals",
  measures: "cold starts at a rate",
  axes: ["rate"],
  leastDensity: 0,
  takes: [
    "until",
    ...workloadSettingNames,
    ...(["arrivals", "duration", "hold", "inFlight", "alive", "traceSpeed", "slo"] as const),
  ],
  usual: { concurrency: [], density: [0], memory: [], rounds: 1 },
  repeats: false,
  onBackground: false,
  check(settings) {
    const { kind } = arrivalSettings(settings);
    if (kind === "trace" && settings.rate !== undefined) {
      throw new LabError("RUND_SETTING_UNUSED", "usage", "a trace has a rate of its own", {
        where: "--rate",
        hint: "--trace-speed 2 plays it twice as fast",
      });
    }
    if (kind !== "trace" && settings.rate === undefined) {
      throw new LabError("RUND_SETTING", "usage", "no rate is named", {
        where: "--rate",
        expected: "starts per second",
        found: "none",
        hint: "such as --rate 2,5,10,20",
      });
    }
    // a trace that cannot be read is told before anything is made
    if (kind === "trace") drawSchedule(settings, null, 1);
  },
  cost({ rate, rounds }, settings, { aroundMs, speed }) {
    const { durationMs, hold } = arrivalSettings(settings);
    const seconds = durationMs / 1000;
    const starts = rate === undefined ? drawSchedule(settings, null, 1).schedule.length : Math.ceil(rate * seconds);
    const { alive } = limitsOf(settings);
    // those within their hold, a second for their start, and some for a burst; of a trace at most all
    const atOnce = Math.min(alive, rate === undefined ? starts : Math.ceil(rate * (hold.ms / 1000 + 1)) + 10);
    const count = rounds.length + settings.warmup;
    return {
      sandboxes: count * starts + 1,
      atOnce,
      ms: count * (durationMs / speed + aroundMs + atOnce * guess.cleanup),
    };
  },
  async visit(visit, tools) {
    await tools.sandboxes.clearStanding(tools.append);
    await prewarm(visit, tools);
    for (let n = 1; n <= visit.settings.warmup; n++) await measureOne(visit, tools, n, true);
    for (const round of visit.missing) await measureOne(visit, tools, round, false);
  },
  measured(event: CampaignEvent) {
    if (event.event !== "arrivals" || event.warmup) return null;
    const { run, rate, round } = event;
    return { run, density: 0, concurrency: null, memoryMb: null, ...(rate === null ? {} : { rate }), round };
  },
  summarise: summariseWindows,
};

async function measureOne(visit: Visit, tools: VisitTools, round: number, warmup: boolean): Promise<void> {
  const { settings, slot } = visit;
  tools.signal.throwIfAborted();
  tools.report(
    `${warmup ? "warm-up" : "window"} ${round}${slot.rate === undefined ? "" : ` at ${slot.rate} a second`}`,
  );
  const drawn = drawSchedule(settings, slot.rate ?? null, round);
  tools.append(await measureWindow(visit, tools, drawn, limitsOf(settings), round, warmup));
}

const limitsOf = ({ inFlight = 1000, alive = 2000 }: ExperimentSettings): OpenLoopLimits => ({
  inFlight,
  alive,
  removers,
});
