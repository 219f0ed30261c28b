import { LabError } from "../../../model/errors.js";
import type { OpenLoopLimits } from "../../arrivals/open-loop.js";
import { guess } from "../cost.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { prewarm } from "../rounds.js";
import { workloadSettingNames } from "../setting-rules.js";
import { type ExperimentSettings, wrongSetting } from "../settings.js";
import { isCounted } from "../summary.js";
import { beginRound, eachRound } from "../visit.js";
import { arrivalSettings, drawSchedule } from "./schedule.js";
import { searchRate } from "./search-rate.js";
import { refuseBeyond, sendableRate } from "./sendable.js";
import { summariseWindows } from "./summarise-windows.js";
import { measureWindow } from "./window.js";

/**
 * Number of simultaneous removals: enough for the rates that a small machine holds, and few enough to leave the machine to the
 * starts.
 */
const removers = 4;

/** Cold starts at a rate: an open loop, whose latencies count from the scheduled time of each start. */
export const arrivals: ExperimentDeclaration = {
  id: "arrivals",
  measures: "cold starts at a rate",
  axes: ["rate"],
  takes: [
    "until",
    ...workloadSettingNames,
    ...(["arrivals", "duration", "hold", "inFlight", "alive", "traceSpeed", "slo", "resolution"] as const),
  ],
  usual: { rounds: 1 },
  check(settings) {
    const { kind } = arrivalSettings(settings);
    const { rate, slo, resolution } = settings;
    if (kind === "trace" && rate !== undefined) {
      throw unused("--rate", "a trace has a rate of its own", "--trace-speed 2 plays it twice as fast");
    }
    if (kind !== "trace" && rate === undefined) {
      throw wrongSetting("--rate", "starts per second", "none", "such as --rate 2,5,10,20", "no rate is named");
    }
    if (rate === "search" && slo === undefined) {
      const expected = "the objective that the highest rate must meet";
      const hint = "such as --rate search --slo p99:2s";
      throw wrongSetting("--slo", expected, "none", hint, "a search needs an objective");
    }
    if (rate !== "search" && resolution !== undefined) {
      throw unused("--resolution", "only a search has a resolution", "such as --rate search --resolution 10");
    }
    // a trace that cannot be read is reported before anything is created
    if (kind === "trace") drawSchedule(settings, null, 1);
  },
  limits: limitsOf,
  cost({ rate, rounds }, settings, { aroundMs, speed }, _before, room) {
    const { durationMs, hold } = arrivalSettings(settings);
    const seconds = durationMs / 1000;
    const searching = settings.rate === "search";
    const perSecond = searching ? searchGuess.perSecond : rate;
    const starts =
      perSecond === undefined ? drawSchedule(settings, null, 1).schedule.length : Math.ceil(perSecond * seconds);
    const { alive } = limitsOf(settings, room);
    // the sandboxes within their hold time, one second of starts, and ten for a burst; a trace has at most all of its starts
    const atOnce = Math.min(alive, perSecond === undefined ? starts : Math.ceil(perSecond * (hold.ms / 1000 + 1)) + 10);
    const count = (rounds.length + settings.warmup) * (searching ? searchGuess.windows : 1);
    return {
      sandboxes: count * starts + 1,
      atOnce,
      ms: count * (durationMs / speed + aroundMs + atOnce * guess.cleanup),
    };
  },
  async visit(visit, tools) {
    const { settings, slot, room } = visit;
    await tools.sandboxes.clearStanding(tools.append);
    const sendable = await sendableRate(tools);
    refuseBeyond(sendable, settings);
    await prewarm(visit, tools);
    const measure = async (rate: number | null, round: number, warmup: boolean, search?: number) => {
      const at = rate === null ? "" : ` at ${rate} a second`;
      await beginRound(visit, tools, `${warmup ? "warm-up" : "window"} ${round}${at}`);
      const drawn = {
        ...drawSchedule(settings, rate, round),
        ...(search === undefined ? {} : { search }),
        ...(Number.isFinite(sendable) ? { sendable: Math.round(sendable) } : {}),
      };
      tools.append(await measureWindow(visit, tools, drawn, limitsOf(settings, room), round, warmup));
    };
    if (settings.rate === "search") {
      for (const round of visit.missing) await searchRate(visit, tools, round, sendable, measure);
    } else await eachRound(visit, (round, warmup) => measure(slot.rate ?? null, round, warmup));
  },
  measured(event) {
    if (event.event === "search") return event;
    return isCounted(event, "arrivals") && event.search === undefined ? event : null;
  },
  summarise: summariseWindows,
};

const unused = (where: string, summary: string, hint: string) =>
  new LabError("RUND_SETTING_UNUSED", "usage", summary, { where, hint });

/** The estimated cost of a search: rates from 1 to 32 by doubling, then three halvings. */
const searchGuess = { windows: 9, perSecond: 15 };

function limitsOf({ inFlight = 1000, alive }: ExperimentSettings, room: number | null): OpenLoopLimits {
  return { inFlight, alive: alive ?? room ?? 2000, removers };
}
