import { runcShim } from "./runc-shim.js";
import type { RuntimeDeclaration } from "./runtime.js";

/** The ordinary runtime: namespaces and cgroups, no guest. */
export const runc: RuntimeDeclaration = {
  id: "runc",
  handler: "runc",
  label: "runc",
  ...runcShim("runc"),
  versions: [{ command: ["runc", "--version"] }],
};
