import { LabError } from "../../model/errors.js";
import type { Objective } from "./held.js";

/**
 * Reads an objective.
 *
 * @param text a quantile and a limit in seconds or milliseconds
 * @throws LabError `RUND_SLO` if the text is not an objective
 * @example readObjective("p99:2s") // { p: 0.99, limitMs: 2000 }
 * @example readObjective("p50:150ms") // { p: 0.5, limitMs: 150 }
 */
export function readObjective(text: string): Objective {
  const [, percent, value, unit] = /^p(\d{1,2}(?:\.\d{1,2})?):(\d{1,6}(?:\.\d{1,3})?)(ms|s)$/.exec(text) ?? [];
  const p = Number(percent) / 100;
  if (!(p > 0 && p < 1)) {
    throw new LabError("RUND_SLO", "usage", "", {
      where: "--slo",
      expected: "a quantile and a limit, such as p99:2s",
      found: JSON.stringify(text),
    });
  }
  return { p, limitMs: Number(value) * (unit === "s" ? 1000 : 1) };
}
