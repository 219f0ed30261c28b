import type { Definition } from "../../importers/index.js";
import type { Dataset, RunInfo } from "../datasets/dataset.js";
import type { CellPlace } from "./cells.js";

/** The first and the last event that each side of a comparison measures, as text. */
export interface DifferentDefinitions {
  readonly a: string;
  readonly b: string;
}

/** Returns the definitions of the first compared runs that measure different things; null if all measure the same. */
export function differentDefinitions(
  a: Dataset,
  b: Dataset,
  cells: readonly (Pick<CellPlace, "experiment" | "runtime"> & { readonly against: string })[],
): DifferentDefinitions | null {
  for (const { experiment, runtime, against } of cells) {
    const of = (dataset: Dataset, id: string) => {
      const run = dataset.runs.find(each => each.experiment === experiment && each.runtime === id);
      const { from, to } = run?.definition ?? ownDefinition(experiment, run);
      return `from ${from} to ${to}`;
    };
    const found = { a: of(a, against), b: of(b, runtime) };
    if (found.a !== found.b) return found;
  }
  return null;
}

/** The last event of a cold start, by the end that the campaign asked for. */
const lastEvents: Readonly<Record<string, string>> = {
  sandbox: "the last SANDBOX_READY seen",
  container: "the last container started",
  output: "the first line of the last process",
  response: "the answer of the last process",
};

/** Returns the events between which rund-lab and the original harness measure. */
function ownDefinition(experiment: string, run: RunInfo | undefined): Pick<Definition, "from" | "to"> {
  if (experiment === "memory")
    return { from: "PSS of a runtime's processes", to: "the same, divided by the number of sandboxes" };
  if (experiment === "cgroups" || experiment === "rootfs") {
    return { from: "the common release", to: "the end of the last container's operation" };
  }
  if (experiment === "io") return { from: "one request of fio", to: "the next one" };
  const end = String(run?.config.until ?? "sandbox");
  return { from: "the first request sent", to: lastEvents[end] ?? end };
}
