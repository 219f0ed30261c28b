/** Keys of the containerd and runtime configs that matter to a comparison, with their names in manifests and datasets. */
const configKeys: Readonly<Record<string, string>> = {
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

/**
 * Finds the values of `configKeys` in a parsed config, in any table. If several tables have a key, the last one counts.
 *
 * @returns the values by the names that manifests and datasets use
 * @example configValues({ hypervisor: { qemu: { default_memory: 128, path: "/x" } } }) // { defaultMemoryMb: 128 }
 */
export function configValues(table: unknown): Readonly<Record<string, string | number | boolean>> {
  if (typeof table !== "object" || table === null) return {};
  const found: Record<string, string | number | boolean> = {};
  for (const [key, value] of Object.entries(table)) {
    const name = Object.hasOwn(configKeys, key) ? configKeys[key] : undefined;
    const plain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (name !== undefined && plain) found[name] = value;
    else Object.assign(found, configValues(value));
  }
  return found;
}
