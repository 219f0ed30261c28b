import type { RuntimeDeclaration } from "./runtime.js";

/** Returns the common part of all OCI runtimes behind containerd's runc shim: no config of their own, no guest. */
export function runcShim(
  binary: string,
): Pick<RuntimeDeclaration, "shim" | "snapshotter" | "config" | "guestMemoryExtraMb" | "template" | "processes"> {
  return {
    shim: { type: "io.containerd.runc.v2", binary },
    snapshotter: null,
    config: null,
    guestMemoryExtraMb: 0,
    template: null,
    processes: [
      { component: "shim", pattern: /^\S*\/containerd-shim-runc-v2 / },
      { component: "pause", pattern: /^\/pause( |$)/ },
    ],
  };
}
