import { knownRuntime } from "../../model/runtimes.js";
import { kata1 } from "./kata1.js";
import type { RuntimeDeclaration } from "./runtime.js";

/**
 * Kata Containers 1.12.1 whose guests are copies of a booted template. A template needs an initrd instead of an image, and
 * virtio-9p instead of virtio-fs.
 */
export const katatemplate: RuntimeDeclaration = {
  ...knownRuntime("katatemplate"),
  handler: "kata-template",
  ...kata1("qemu-system-x86_64", "with template"),
  config: {
    path: "/etc/kata-containers/configuration-template.toml",
    hypervisor: "hypervisor.qemu",
    overlay: {
      "hypervisor.qemu": {
        path: "/opt/kata/bin/qemu-system-x86_64",
        kernel: "/opt/kata/share/kata-containers/vmlinuz.container",
        image: null,
        initrd: "/opt/kata/share/kata-containers/kata-containers-initrd.img",
        machine_type: "pc",
        shared_fs: "virtio-9p",
        default_vcpus: 1,
        default_memory: 168,
      },
      factory: { enable_template: true },
      runtime: { internetworking_model: "tcfilter", disable_guest_seccomp: true },
    },
  },
  guestMemoryExtraMb: 240,
  template: "kata-factory",
};
