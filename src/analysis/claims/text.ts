import type { Interval } from "../stats/bootstrap-t.js";
import type { ClaimVerdict, ReadingVerdict } from "./judge.js";

/**
 * A claimed value as the claim has it.
 *
 * @example claimedText({ bound: "under", printed: "1000", unit: "ms" }) // "under 1000 ms"
 */
export function claimedText({
  bound,
  printed,
  unit,
}: Pick<ClaimVerdict | ReadingVerdict, "bound" | "printed" | "unit">): string {
  if (printed === null) return "no data";
  return `${bound === "point" ? "" : `${bound} `}${printed} ${unit}`;
}

/**
 * A measured value with its interval: four significant digits of the value, the interval's ends with as many decimals.
 *
 * @example measuredText({ measured: 1084.72, interval: [1064.4, 1105.2], unit: "ms" }) // "1085 ms [1064, 1105]"
 * @example measuredText({ measured: 23.9218, interval: null, unit: "MiB" }) // "23.92 MiB"
 */
export function measuredText({
  measured,
  interval,
  unit,
}: Pick<ClaimVerdict | ReadingVerdict, "measured" | "interval" | "unit">): string {
  if (measured === null) return "not measured";
  return withInterval(measured, interval, ` ${unit}`);
}

/**
 * A value and its interval, if it has one.
 *
 * @example withInterval(0.7012, [0.6698, 0.7251]) // "0.701 [0.670, 0.725]"
 */
export function withInterval(value: number, interval: Interval | null, unit = ""): string {
  const digits = Math.abs(value) < 1 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1;
  const text = (number: number) => number.toFixed(Math.max(0, Math.min(3, 4 - digits)));
  return `${text(value)}${unit}${interval === null ? "" : ` [${text(interval[0])}, ${text(interval[1])}]`}`;
}

/**
 * At which tolerance a verdict would be another.
 *
 * @example flipText({ flipsAt: 6.4446, unit: "ms" }) // "6.4 %"
 * @example flipText({ flipsAt: 2.17, unit: "%" }) // "2.2 points"
 */
export function flipText({ flipsAt, unit }: Pick<ClaimVerdict | ReadingVerdict, "flipsAt" | "unit">): string {
  if (flipsAt === null) return "–";
  const text = flipsAt > 1000 ? "over 1000" : flipsAt.toFixed(flipsAt < 100 ? 1 : 0);
  return `${text} ${unit === "%" ? "points" : "%"}`;
}

/**
 * What the verdict on a claim rests on, in one sentence: data, reading, measured value, interval, n, how much else differs
 * (`comparedPairs` says what).
 */
export function evidenceText(verdict: ClaimVerdict): string {
  const { dataset, part, reading, needs, n, caveat, elsewhere, confounds, readingsDisagree } = verdict;
  if (verdict.measured === null) return `Not measured on ${dataset}; it would take ${needs}.`;
  const words = [
    `On ${dataset}, ${part === "" ? "" : `${part}, `}${reading}: ${measuredText(verdict)}, n = ${n}${n === 1 ? " (no interval)" : ""}, against ${claimedText(verdict)}`,
    caveat !== null && n > 1 ? caveat : "",
    `the verdict would flip at ${flipText(verdict)}`,
    (elsewhere?.found ?? []).length > 0
      ? `the claimed value is what was measured for ${elsewhere!.found.map(({ at }) => at).join(" and ")} (of ${elsewhere!.searched} other cells)`
      : "",
    readingsDisagree ? "other readings disagree" : "",
    confounds.length > 0
      ? `also different: ${new Set(confounds.map(({ what }) => what)).size} settings and versions`
      : "",
  ];
  return `${words.filter(word => word !== "").join("; ")}.`;
}
