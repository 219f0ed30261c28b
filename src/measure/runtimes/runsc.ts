import { knownRuntime } from "../../model/runtimes.js";
import { runcShim } from "./runc-shim.js";
import type { RuntimeDeclaration } from "./runtime.js";

/**
 * gVisor: a kernel in user space between the sandbox and the host. Its sandbox process is the guest; there is no guest
 * memory to set.
 */
export const runsc: RuntimeDeclaration = {
  ...knownRuntime("runsc"),
  handler: "runsc",
  ...runcShim("runsc"),
  processes: [
    { component: "shim", pattern: /^\S*\/containerd-shim-(runc-v2|runsc-v1) / },
    { component: "gofer", pattern: /^runsc-gofer / },
    { component: "sandbox", pattern: /^(runsc-sandbox|\[exe\]) / },
  ],
};
