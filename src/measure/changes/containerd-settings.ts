import type { TomlOverlay } from "../runtimes/runtime.js";
import { parseToml, tableKeys } from "./toml.js";

/** Returns the table that names the CRI's snapshotter, by the version of containerd's config. */
function snapshotterTable(text: string): string {
  const { version } = parseToml(text, "containerd's config");
  if (version === 3) return 'plugins."io.containerd.cri.v1.images"';
  if (version === 2) return 'plugins."io.containerd.grpc.v1.cri".containerd';
  return "plugins.cri.containerd";
}

/**
 * Returns the snapshotter that containerd uses for CRI sandboxes.
 *
 * @returns overlayfs, containerd's default, if its config names none
 * @example configuredSnapshotter('[plugins.cri.containerd]\nsnapshotter = "devmapper"\n') // "devmapper"
 * @example configuredSnapshotter("version = 2\n") // "overlayfs"
 */
export function configuredSnapshotter(text: string): string {
  return valueIn(text, snapshotterTable(text), "snapshotter") ?? "overlayfs";
}

/**
 * Returns the sandbox (pause) image that containerd's config names.
 *
 * @returns null if the config names none; containerd then uses the default of its version
 * @example configuredSandboxImage('version = 3\n[plugins."io.containerd.cri.v1.images".pinned_images]\nsandbox = "pause:1"\n') // "pause:1"
 * @example configuredSandboxImage("version = 2\n") // null
 */
export function configuredSandboxImage(text: string): string | null {
  const pinned = valueIn(text, 'plugins."io.containerd.cri.v1.images".pinned_images', "sandbox");
  return pinned ?? valueIn(text, 'plugins."io.containerd.grpc.v1.cri"', "sandbox_image") ?? null;
}

function valueIn(text: string, table: string, key: string): string | undefined {
  let value: unknown = parseToml(text, "containerd's config");
  for (const each of [...tableKeys(table), key]) {
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[each] : undefined;
  }
  return typeof value === "string" ? value : undefined;
}

/**
 * Returns the change that makes containerd use a different snapshotter.
 *
 * @example snapshotterOverlay("version = 3\n", "devmapper") // { 'plugins."io.containerd.cri.v1.images"': { snapshotter: "devmapper" } }
 */
export function snapshotterOverlay(text: string, snapshotter: string): TomlOverlay {
  return { [snapshotterTable(text)]: { snapshotter } };
}
