import { knownRuntime } from "../../model/runtimes.js";
import { runcShim } from "./runc-shim.js";
import type { RuntimeDeclaration } from "./runtime.js";

/** The ordinary runtime: namespaces and cgroups, no guest. */
export const runc: RuntimeDeclaration = {
  ...knownRuntime("runc"),
  handler: "runc",
  ...runcShim("runc"),
};
