/** Keys of the containerd and runtime configs that matter to a comparison, and what manifests and datasets call them. */
export const configKeys: Readonly<Record<string, string>> = {
  snapshotter: "snapshotter",
  default_memory: "defaultMemoryMb",
  default_vcpus: "defaultVcpus",
  shared_fs: "sharedFs",
  sandbox_cgroup_only: "sandboxCgroupOnly",
  disable_new_netns: "disableNewNetns",
  disabled_cgroup_hierarchies: "disabledCgroupHierarchies",
  vcpu_cgroup_support: "vcpuCgroupSupport",
  disable_update_container_cgroup: "disableUpdateContainerCgroup",
  internetworking_model: "internetworkingModel",
};
