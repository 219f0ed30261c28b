import type { RuntimeDeclaration } from "./runtime.js";

/** Returns the common part of the paper's two QEMU runtimes: one installation of Kata 1.12.1 in /opt/kata. */
export function kata1(
  qemu: string,
  template: "with template" | "without template",
): Pick<RuntimeDeclaration, "shim" | "snapshotter" | "versions" | "processes"> {
  return {
    shim: { type: "io.containerd.kata.v2" },
    snapshotter: "overlayfs",
    versions: [
      { command: ["kata-runtime", "--version"] },
      { command: [`/opt/kata/bin/${qemu}`, "--version"] },
      { line: template },
    ],
    processes: [
      { component: "shim", pattern: /^\/opt\/kata\/bin\/containerd-shim-kata-v2( |$)/ },
      { component: "vmm", pattern: /^\/opt\/kata\/bin\/qemu-\S*( |$)/ },
      { component: "virtiofsd", pattern: /^\/opt\/kata\/(bin|libexec)\/virtiofsd( |$)/ },
      { component: "other", pattern: /^\/opt\/kata/ },
    ],
  };
}
