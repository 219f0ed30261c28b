import { knownRuntime } from "../../model/runtimes.js";
import { kata1 } from "./kata1.js";
import type { RuntimeDeclaration } from "./runtime.js";

/** Kata Containers 1.12.1 with QEMU: the guest boots from an image and shares files by virtio-fs. */
export const kata: RuntimeDeclaration = {
  ...knownRuntime("kata"),
  handler: "kata",
  ...kata1("qemu-virtiofs-system-x86_64", "without template"),
  config: {
    path: "/etc/kata-containers/configuration-qemu.toml",
    hypervisor: "hypervisor.qemu",
    overlay: {
      "hypervisor.qemu": {
        path: "/opt/kata/bin/qemu-virtiofs-system-x86_64",
        kernel: "/opt/kata/share/kata-containers/vmlinuz-virtiofs.container",
        image: "/opt/kata/share/kata-containers/kata-containers.img",
        machine_type: "pc",
        shared_fs: "virtio-fs",
        default_vcpus: 1,
        default_memory: 168,
      },
      runtime: { internetworking_model: "tcfilter", disable_guest_seccomp: true },
    },
  },
  guestMemoryExtraMb: 200,
  template: null,
};
