import type { TomlOverlay } from "../runtimes/runtime.js";
import { parseToml, tableKeys } from "./toml.js";

/** The table that names the CRI's snapshotter, by the version of containerd's config. */
function snapshotterTable(text: string): string {
  const { version } = parseToml(text, "containerd's config");
  if (version === 3) return 'plugins."io.containerd.cri.v1.images"';
  if (version === 2) return 'plugins."io.containerd.grpc.v1.cri".containerd';
  return "plugins.cri.containerd";
}

/**
 * The snapshotter containerd uses for CRI sandboxes.
 *
 * @returns overlayfs, containerd's own choice, where its config names none
 * @example configuredSnapshotter('[plugins.cri.containerd]\nsnapshotter = "devmapper"\n') // "devmapper"
 * @example configuredSnapshotter("version = 2\n") // "overlayfs"
 */
export function configuredSnapshotter(text: string): string {
  let table: unknown = parseToml(text, "containerd's config");
  for (const key of [...tableKeys(snapshotterTable(text)), "snapshotter"]) {
    table = typeof table === "object" && table !== null ? (table as Record<string, unknown>)[key] : undefined;
  }
  return typeof table === "string" ? table : "overlayfs";
}

/**
 * The change that makes containerd use another snapshotter.
 *
 * @example snapshotterOverlay("version = 3\n", "devmapper") // { 'plugins."io.containerd.cri.v1.images"': { snapshotter: "devmapper" } }
 */
export function snapshotterOverlay(text: string, snapshotter: string): TomlOverlay {
  return { [snapshotterTable(text)]: { snapshotter } };
}
