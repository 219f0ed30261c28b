import { type KnownRuntime, knownRuntime } from "../../model/runtimes.js";
import type { ProcessPattern, RuntimeDeclaration, RuntimeShim } from "./runtime.js";

/**
 * Returns a runtime of today's Kata Containers 3, as its static release installs it in /opt/kata. Written from
 * Kata's documentation; this project has not run it.
 *
 * Its runtime treats a `default_memory` below 256 as a mistake and gives the guest 2,048 MB instead. So 256 is the smallest value
 * that has its usual meaning, and the paper's 168 is not available.
 */
export function kata3(
  id: KnownRuntime,
  handler: string,
  hypervisor: "qemu" | "clh" | "firecracker" | "dragonball",
  vmm: readonly ProcessPattern[],
): RuntimeDeclaration {
  const file = hypervisor === "firecracker" ? "fc" : hypervisor;
  const rust = hypervisor === "dragonball";
  const shim: RuntimeShim = {
    type: `io.containerd.${handler}.v2`,
    path: `/opt/kata/${rust ? "runtime-rs/" : ""}bin/containerd-shim-kata-v2`,
  };
  const folder = `/opt/kata/share/defaults/kata-containers${rust ? "/runtime-rs" : ""}`;
  return {
    ...knownRuntime(id),
    handler,
    untested: true,
    shim,
    snapshotter: hypervisor === "firecracker" ? "devmapper" : "overlayfs",
    config: {
      path: `${folder}/configuration-${file}.toml`,
      hypervisor: `hypervisor.${hypervisor}`,
      overlay: {
        [`hypervisor.${hypervisor}`]: { default_vcpus: 1, default_memory: 256 },
        runtime: { internetworking_model: "tcfilter", disable_guest_seccomp: true },
      },
    },
    guestMemoryExtraMb: 128,
    template: null,
    versions: [{ command: ["/opt/kata/bin/kata-runtime", "--version"] }],
    processes: [
      { component: "shim", pattern: /^\/opt\/kata\/(runtime-rs\/)?bin\/containerd-shim-kata-v2( |$)/ },
      ...vmm,
      { component: "virtiofsd", pattern: /^\/opt\/kata\/libexec\/virtiofsd( |$)/ },
      { component: "other", pattern: /^\/opt\/kata\// },
    ],
  };
}
