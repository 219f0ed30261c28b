import type { CriClient, CriStatus } from "../../cri/grpc/client.js";
import { readProc } from "../../host/proc.js";
import { groupName } from "../../micro/cgroup-tree.js";
import { type ReportedRuntime, reportedRuntime } from "./reported-config.js";

/** Who creates the control groups of sandboxes: the runtime itself, or systemd on its behalf. */
export type CgroupDriver = "systemd" | "cgroupfs";

/** Where kubeadm puts the kubelet's config. */
export const kubeletConfig = "/var/lib/kubelet/config.yaml";

/** Reads the kubelet's config of this machine. */
export const readKubeletConfig = (): string | undefined => readProc(kubeletConfig);

/**
 * Returns a function that returns the cgroup driver of a runtime handler: from the handler's own options, otherwise from the
 * service's RuntimeConfig, otherwise from the kubelet's config; null if none of them names it.
 *
 * @param kubelet the text of the kubelet's config; empty if there is none
 */
export async function cgroupDrivers(
  cri: Pick<CriClient, "cgroupDriver">,
  status: CriStatus,
  kubelet = readKubeletConfig() ?? "",
): Promise<(handler: string) => CgroupDriver | null> {
  const reported = await cri.cgroupDriver({ timeoutMs: 10_000 });
  return handler => cgroupDriverOf(reportedRuntime(status, handler)) ?? reported ?? kubeletDriver(kubelet);
}

/**
 * Returns the cgroup driver from the options of a handler, if it uses runc's shim.
 *
 * @example cgroupDriverOf({ runtimeType: "io.containerd.runc.v2", options: { SystemdCgroup: true } }) // "systemd"
 * @example cgroupDriverOf({ runtimeType: "io.containerd.kata.v2", options: null }) // null
 */
export function cgroupDriverOf(runtime: ReportedRuntime | undefined): CgroupDriver | null {
  if (runtime?.runtimeType !== "io.containerd.runc.v2") return null;
  return runtime.options?.SystemdCgroup === true ? "systemd" : "cgroupfs";
}

/**
 * Returns the driver that a kubelet is configured with.
 *
 * @example kubeletDriver("kind: KubeletConfiguration\ncgroupDriver: systemd\n") // "systemd"
 * @example kubeletDriver("kind: KubeletConfiguration\n") // null
 */
export function kubeletDriver(text: string): CgroupDriver | null {
  const named = /^cgroupDriver:\s*["']?(\w+)/m.exec(text)?.[1];
  return named === "systemd" || named === "cgroupfs" ? named : null;
}

/**
 * Returns the parent of the control groups of a campaign's sandboxes: its own slice or its own path.
 *
 * In a slice's name, each hyphen means another slice above it, which would stay when the campaign's slice is removed. So the
 * label's hyphens become underscores.
 *
 * @returns undefined for an unknown driver; the service then chooses
 * @example campaignParent("cgroupfs", "20260131T120000-time-9f3a11c2") // "/rund-lab-20260131T120000-time-9f3a11c2"
 * @example campaignParent("systemd", "20260131T120000-time-9f3a11c2") // "rundlab_20260131T120000_time_9f3a11c2.slice"
 */
export function campaignParent(driver: CgroupDriver | null, label: string): string | undefined {
  if (driver === "cgroupfs") return `/${groupName(label)}`;
  if (driver === "systemd") return `rundlab_${label.replaceAll(/[^\w.:]/g, "_")}.slice`;
  return undefined;
}

/**
 * Returns the folder of a parent of control groups, below a hierarchy's root. A slice is inside the slices that its hyphens name.
 *
 * @example parentFolder("/lab/a") // "/lab/a"
 * @example parentFolder("lab-a-b.slice") // "/lab.slice/lab-a.slice/lab-a-b.slice"
 */
export function parentFolder(parent: string): string {
  if (parent.startsWith("/")) return parent;
  const words = parent.replace(/\.slice$/, "").split("-");
  return words.map((_, index) => `/${words.slice(0, index + 1).join("-")}.slice`).join("");
}
