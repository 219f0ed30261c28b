import { counted } from "../../model/counted.js";
import { runtimeLabel } from "../../model/runtimes.js";
import type { Interval } from "../stats/index.js";
import { cellName } from "./quantities/places.js";
import type { ClaimVerdict } from "./verdicts/claim-verdict.js";
import type { Elsewhere } from "./verdicts/elsewhere.js";
import type { ImpliedRun } from "./verdicts/implied.js";
import type { ReadingVerdict } from "./verdicts/reading-verdict.js";

/**
 * Returns a claimed value as the claim states it.
 *
 * @example claimedText({ bound: "under", printed: "1000", unit: "ms" }) // "under 1000 ms"
 */
export function claimedText({ bound, printed, unit }: Pick<ClaimVerdict, "bound" | "printed" | "unit">): string {
  if (printed === null) return "no data";
  return `${bound === "point" ? "" : `${bound} `}${printed} ${unit}`;
}

/**
 * Returns a measured value with its interval: four significant digits of the value, the interval's ends with as many decimals.
 *
 * @example measuredText({ measured: 1084.72, interval: [1064.4, 1105.2], unit: "ms" }) // "1085 ms [1064, 1105]"
 * @example measuredText({ measured: 23.9218, interval: null, unit: "MiB" }) // "23.92 MiB"
 */
export const measuredText = ({ measured, interval, unit }: Pick<ClaimVerdict, "measured" | "interval" | "unit">) =>
  measured === null ? "not measured" : withInterval(measured, interval, ` ${unit}`);

/**
 * Returns a value and its interval, if it has one.
 *
 * @example withInterval(0.7012, [0.6698, 0.7251]) // "0.701 [0.670, 0.725]"
 */
export function withInterval(value: number, interval: Interval | null, unit = ""): string {
  const digits = Math.abs(value) < 1 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  const text = (number: number) => number.toFixed(Math.max(0, Math.min(3, 4 - digits)));
  return `${text(value)}${unit}${interval === null ? "" : ` [${text(interval[0])}, ${text(interval[1])}]`}`;
}

/**
 * Returns the tolerance at which a verdict would change.
 *
 * @example flipText({ flipsAt: 6.4446, unit: "ms" }) // "6.4 %"
 * @example flipText({ flipsAt: 2.17, unit: "%" }) // "2.2 points"
 */
export function flipText({ flipsAt, unit }: Pick<ClaimVerdict, "flipsAt" | "unit">): string {
  if (flipsAt === null) return "–";
  const text = flipsAt > 1000 ? "over 1000" : flipsAt.toFixed(flipsAt < 100 ? 1 : 0);
  return `${text} ${unit === "%" ? "points" : "%"}`;
}

/**
 * Returns the measured quantity of a reading, in words.
 *
 * @example measuredAs({ part: "against Kata-FC", reading: "as CPU per sandbox at 200" }) // "against Kata-FC, CPU per sandbox at 200"
 */
export const measuredAs = ({ part, reading }: Pick<ReadingVerdict, "part" | "reading">): string =>
  `${part === "" ? "" : `${part}, `}${reading.replace(/^as /, "")}`;

/**
 * Returns the evidence for the verdict on a claim, in one sentence: the measured value with its data, interval and n, the
 * claimed value, and the number of other settings that differ (`comparedPairs` lists them).
 */
export function evidenceText(verdict: ClaimVerdict): string {
  const { dataset, sources, needs, n, caveat, elsewhere, confounds, readingsDisagree, implied } = verdict;
  if (verdict.measured === null) return `Not measured on ${dataset}; this needs ${needs}.`;
  const what = measuredAs(verdict);
  const settings = new Set(confounds.map(({ what }) => what)).size;
  const words = [
    `${what[0]?.toUpperCase()}${what.slice(1)} on ${dataset}${machinesText(sources)}: ${measuredText(verdict)}, n = ${n}${n === 1 ? " (no interval)" : ""}`,
    `claimed: ${claimedText(verdict)}`,
    caveat !== null && n > 1 ? caveat : "",
    `the verdict would change at a tolerance of ${flipText(verdict)}`,
    (elsewhere?.found ?? []).length > 0 ? `the claimed value was measured for ${foundText(elsewhere!)}` : "",
    implied === null ? "" : verdictText(verdict),
    readingsDisagree ? "other readings disagree" : "",
    settings > 0 ? `${settings} settings or versions differ` : "",
  ];
  return `${words.filter(word => word !== "").join("; ")}.`;
}

/** Returns the other cells that have a claimed value, and the number of cells that were searched for it. */
export const foundText = ({ found, searched }: Elsewhere): string =>
  `${found.map(({ place }) => `${runtimeLabel(place.runtime)}, ${cellName(place)}`).join(" and ")} (${searchedText(searched)})`;

/**
 * Returns the number of cells that were searched for a claimed value.
 *
 * @example searchedText(1) // "1 other cell was searched"
 */
export const searchedText = (cells: number): string =>
  `${counted(cells, "other cell")} ${cells === 1 ? "was" : "were"} searched`;

/**
 * Returns the machines on which the values were measured, in brackets; empty if none was recorded.
 *
 * @example machinesText([]) // ""
 */
export function machinesText(sources: ClaimVerdict["sources"]): string {
  const machines = [...new Set(sources.flatMap(({ machine }) => machine ?? []))];
  return machines.length === 0 ? "" : ` (${machines.join("; ")})`;
}

/**
 * Returns a verdict in words. If a contradicted claim implies a run that is not in the data, the words say so.
 *
 * @example verdictText({ verdict: "not-measured", implied: null }) // "not measured"
 */
export function verdictText({ verdict, implied }: Pick<ClaimVerdict, "verdict" | "implied">): string {
  if (implied === null) return verdict.replace("-", " ");
  const { runtime, value, unit } = implied;
  return `contradicted by the recorded ${runtimeLabel(runtime)}; consistent with a run of ${withInterval(value, null)} ${unit} that was not published`;
}

/** Returns the derivation of an implied run from the claim's reductions, in two sentences. */
export function impliedText(implied: ImpliedRun): string {
  const { values, agreeing, spread, recorded, elsewhere, byChance, unit } = implied;
  const each = values.map(
    ({ part, value, from }) =>
      `${withInterval(value, null)} ${unit} ${part}${from === "stated" ? " as the paper states it" : ""}`,
  );
  return `The claimed reductions of the ${values.some(({ from }) => from === "stated") ? "baselines" : "recorded baselines"} imply ${each.join(", ")}; ${agreeing.length} of these values agree within ${(100 * spread).toFixed(1)} %, but the recorded value is ${withInterval(recorded, null)} ${unit}. In ${counted(elsewhere.searched, "other cell")}, the same reductions ${elsewhere.agreeing === 0 ? "never agree" : `agree ${counted(elsewhere.agreeing, "time")}`}; unrelated values agree this closely in ${chanceText(byChance)} of cases.`;
}

/**
 * Returns a simulated probability in percent, to two significant digits.
 *
 * @example chanceText(0.00015) // "0.015 %"
 * @example chanceText(0) // "less than 0.001 %"
 */
export const chanceText = (share: number): string =>
  share === 0 ? "less than 0.001 %" : `${Number((100 * share).toPrecision(2))} %`;
