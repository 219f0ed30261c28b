import { bareRuntime, type RuntimeDeclaration } from "./runtime.js";

/** Returns the common part of all OCI runtimes behind containerd's runc shim: no config of their own, no guest. */
export const runcShim = (binary: string): Omit<RuntimeDeclaration, "id" | "handler" | "label"> => ({
  ...bareRuntime,
  shim: { type: "io.containerd.runc.v2", binary },
  versions: [{ command: [binary, "--version"] }],
  processes: [
    { component: "shim", pattern: /^\S*\/containerd-shim-runc-v2 / },
    { component: "pause", pattern: /^\/pause( |$)/ },
  ],
});
