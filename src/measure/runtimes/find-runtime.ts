import { LabError } from "../../model/errors.js";
import { nearestName } from "./nearest-name.js";
import type { RuntimeDeclaration } from "./runtime.js";

/**
 * Returns the runtime with an id.
 *
 * @param where the place that named it, for the message: an option, or a file and line
 * @throws LabError `RUND_RUNTIME_UNKNOWN`, with the nearest id if there is one
 */
export function findRuntime(
  id: string,
  runtimes: readonly RuntimeDeclaration[],
  where = "--runtime",
): RuntimeDeclaration {
  const found = runtimes.find(runtime => runtime.id === id);
  if (found !== undefined) return found;
  const ids = runtimes.map(runtime => runtime.id);
  const near = nearestName(id, ids);
  throw new LabError("RUND_RUNTIME_UNKNOWN", "usage", `no runtime is called "${id}"`, {
    where,
    hint:
      near === undefined
        ? `known: ${ids.join(", ")}; to measure another, use --handler or --runtime-file`
        : `did you mean ${near}?`,
  });
}
