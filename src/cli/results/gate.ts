import { type ComparedCell, type Comparison, stoppedBy } from "../../analysis/compare/index.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { percentOf } from "../../model/percent.js";
import { optionValue } from "../terminal/option-value.js";
import { cellName } from "./cell-words.js";

/**
 * Parses the rule of a gate, and returns the share in it.
 *
 * @throws LabError `RUND_GATE`
 * @example gatePercent("slower:5%") // 0.05
 */
export const gatePercent = optionValue(
  "--fail-on",
  "slower: and a percentage above 0 and below 100, such as slower:5%",
  rule => {
    const percent = Number(/^slower:(\d+(?:\.\d+)?)%$/.exec(rule)?.[1]);
    return percent > 0 && percent < 100 ? percent / 100 : undefined;
  },
  "RUND_GATE",
);

/**
 * Fails if a cell is slower than the gate allows or, with `strict`, undecided.
 *
 * @throws LabError `RUND_SLOWER` or `RUND_UNDECIDED` of kind `check`, or `RUND_DEFINITIONS` if the two sides cannot be judged
 */
export function applyGate(
  comparison: Comparison,
  { failOn, strict }: { readonly failOn?: number; readonly strict?: boolean },
): void {
  const where = comparison.b;
  if (comparison.definitions !== null && (failOn !== undefined || strict === true)) {
    const what = "--fail-on and --strict need two sides that measure the same thing";
    throw new LabError("RUND_DEFINITIONS", "input", what, {
      where,
      expected: comparison.definitions.a,
      found: comparison.definitions.b,
      hint: "compare without --fail-on and --strict, or measure both sides with one tool",
    });
  }
  const stopped = failOn === undefined ? [] : stoppedBy(comparison, failOn);
  if (stopped.length > 0) {
    throw new LabError("RUND_SLOWER", "check", `slower by more than ${percentOf(failOn!)} %: ${list(stopped)}`, {
      where,
    });
  }
  const undecided = comparison.cells.filter(({ metric, verdict }) => metric === "time" && verdict === "undecided");
  if (strict === true && undecided.length > 0) {
    const rounds = Math.max(...undecided.map(({ roundsNeeded }) => roundsNeeded ?? 0));
    throw new LabError("RUND_UNDECIDED", "check", `undecided (--strict): ${list(undecided)}`, {
      where,
      ...(rounds > 0 && { hint: `${counted(rounds, "round")} on either side would probably decide all of them` }),
    });
  }
}

const list = (cells: readonly ComparedCell[]) =>
  cells.slice(0, 5).map(cellName).join("; ") + (cells.length > 5 ? `; and ${cells.length - 5} more` : "");
