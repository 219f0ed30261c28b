import { knownRuntime } from "../../model/runtimes.js";
import type { RuntimeDeclaration } from "./runtime.js";

/**
 * RunD, the paper's own: a shim with Dragonball inside, so that shim, monitor and guest are one process. Guests are copies of a
 * template; there are as few control groups as possible.
 */
export const rund: RuntimeDeclaration = {
  ...knownRuntime("rund"),
  handler: "rund",
  shim: { type: "io.containerd.rund.v2" },
  snapshotter: "overlayfs",
  config: {
    path: "/etc/kata-containers2/configuration.toml",
    hypervisor: "hypervisor.dragonball",
    overlay: {
      "hypervisor.dragonball": {
        boot_type: "BootFromTemplate",
        template_path: "/run/rund/",
        shared_fs: "inline-virtio-fs",
        block_device_driver: "virtio-blk",
        default_vcpus: 1,
        default_memory: 168,
      },
      runtime: {
        guest_hook_path: "/",
        internetworking_model: "tcfilter",
        disable_new_netns: true,
        sandbox_cgroup_only: true,
        disabled_cgroup_hierarchies: "memory",
        vcpu_cgroup_support: false,
        disable_update_container_cgroup: true,
      },
    },
  },
  guestMemoryExtraMb: 180,
  template: "rund-template",
  versions: [{ line: "with template" }],
  processes: [{ component: "sandbox", pattern: /^\/usr\/local\/bin\/containerd-shim-rund-v2/ }],
};
