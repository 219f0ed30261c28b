import { knownRuntime } from "../../model/runtimes.js";
import type { RuntimeDeclaration } from "./runtime.js";

/**
 * Kata Containers 2.2.3 with Firecracker 0.23.1. Firecracker cannot share files, so the sandbox's root is a block device
 * of the device-mapper snapshotter. It is installed beside Kata 1 in /opt/kata2; its shim has its own name.
 */
export const katafc: RuntimeDeclaration = {
  ...knownRuntime("katafc"),
  handler: "kata-fc",
  shim: { type: "io.containerd.kata2.v2" },
  snapshotter: "devmapper",
  config: {
    path: "/etc/kata-containers/configuration-fc.toml",
    hypervisor: "hypervisor.firecracker",
    overlay: {
      "hypervisor.firecracker": {
        path: "/opt/kata2/bin/firecracker",
        valid_hypervisor_paths: ["/opt/kata2/bin/firecracker"],
        jailer_path: "/opt/kata2/bin/jailer",
        valid_jailer_paths: ["/opt/kata2/bin/jailer"],
        kernel: "/opt/kata2/share/kata-containers/vmlinux.container",
        image: "/opt/kata2/share/kata-containers/kata-containers.img",
        block_device_driver: "virtio-mmio",
        default_vcpus: 1,
        default_memory: 168,
      },
      runtime: { internetworking_model: "tcfilter", disable_guest_seccomp: true },
    },
  },
  guestMemoryExtraMb: 160,
  template: null,
  versions: [
    { command: ["/opt/kata2/bin/kata-runtime", "--version"] },
    { command: ["/opt/kata2/bin/firecracker", "--version"] },
  ],
  // jailed, Firecracker calls itself /firecracker
  processes: [
    { component: "shim", pattern: /^\/opt\/kata2?\/bin\/containerd-shim-kata2?-v2( |$)/ },
    { component: "vmm", pattern: /^(\/opt\/kata2?\/bin)?\/firecracker/ },
    { component: "other", pattern: /^\/opt\/kata2?\// },
  ],
};
