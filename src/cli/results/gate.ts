import { LabError } from "../../model/errors.js";

/**
 * Returns the share in a gate's rule.
 *
 * @throws LabError `RUND_GATE`
 * @example gatePercent("slower:5%") // 0.05
 */
export function gatePercent(rule: string): number {
  const percent = Number(/^slower:(\d+(?:\.\d+)?)%$/.exec(rule)?.[1]);
  if (percent > 0 && percent < 100) return percent / 100;
  throw new LabError("RUND_GATE", "usage", "", {
    where: "--fail-on",
    expected: "slower: and a percentage above 0 and below 100, such as slower:5%",
    found: `"${rule}"`,
  });
}
