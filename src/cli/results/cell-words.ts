import type { ComparedCell, Metric } from "../../analysis/compare/index.js";
import { type Confound, describeConfound } from "../../analysis/confounds.js";

/** The compared quantity, with its unit. */
export const metricNames: Readonly<Record<Metric, string>> = {
  time: "makespan, ms",
  cpu: "CPU per sandbox, ms",
  memory: "PSS per sandbox, KiB",
};

/**
 * Returns a cell's name without its metric.
 *
 * @example cellName({ runtime: "crun", experiment: "density", density: 100, concurrency: 10, memory: null }) // "crun, 10 on top of 100"
 */
export function cellName({
  runtime,
  experiment,
  density,
  concurrency,
  memory,
  operation,
}: Pick<ComparedCell, "runtime" | "experiment" | "density" | "concurrency" | "memory" | "operation">): string {
  if (experiment === "memory") return `${runtime}, ${memory} MB at ${density}`;
  if (experiment === "io") return `${runtime}, ${operation}, ${concurrency} at once`;
  if (experiment === "rootfs") return `${runtime}, ${operation} at once`;
  if (experiment === "cgroups") {
    const threads = `${runtime}, ${operation} by ${concurrency}`;
    return density === 0 ? threads : `${threads} on top of ${density}`;
  }
  return `${runtime}, ${concurrency}${experiment === "time" ? " at once" : ` on top of ${density}`}`;
}

/** Returns the word for a verdict: less or more for CPU and memory, faster or slower for time. */
export function verdictWord(metric: Metric, verdict: ComparedCell["verdict"]): string {
  if (metric === "time") return verdict;
  return verdict === "faster" ? "less" : verdict === "slower" ? "more" : verdict;
}

/** Returns the differences: with both values if both sides recorded them, otherwise only by name. */
export function confoundTexts(
  confounds: readonly Confound[],
  [nameA, nameB]: readonly [string, string] = ["A", "B"],
): readonly string[] {
  if (confounds.length === 0) return ["Nothing recorded differs between the runs."];
  const clipped = (text: string | null) => (text !== null && text.length > 60 ? `${text.slice(0, 57)}...` : text);
  const differing = confounds.flatMap(({ what, a, b }) =>
    a === null || b === null ? [] : describeConfound({ what, a: clipped(a), b: clipped(b) }),
  );
  const unknown = (side: "a" | "b", name: string) => {
    const names = [...new Set(confounds.filter(each => each[side] === null).map(({ what }) => what))];
    return names.length === 0 ? [] : [`Not recorded for ${name}: ${names.join(", ")}.`];
  };
  return [
    ...(differing.length === 0 ? [] : [`Also different: ${differing.join("; ")}.`]),
    ...unknown("a", nameA),
    ...unknown("b", nameB),
  ];
}
