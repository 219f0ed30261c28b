import { knownRuntime } from "../../model/runtimes.js";
import { runcShim } from "./runc-shim.js";
import type { RuntimeDeclaration } from "./runtime.js";

/** runc's counterpart in C: the same shim, a smaller program. */
export const crun: RuntimeDeclaration = {
  ...knownRuntime("crun"),
  handler: "crun",
  ...runcShim("crun"),
};
