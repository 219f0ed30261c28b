import { rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { groupsBelow, pidsOfGroup } from "../host/cgroups.js";
import { readProc } from "../host/proc.js";
import { SnapshotClient } from "../micro/rootfs/snapshots.js";
import { unmount } from "../system/mounts.js";
import { endProcess, identify } from "../system/process-identity.js";
import { inParallel } from "../system/workers.js";
import type { CensusEntry } from "./census/index.js";
import { containerdPaths } from "./containerd-record.js";

/** Number of processes, bundles and groups that are removed at a time. */
const workers = 8;

/** Time limit of a clean-up program, in milliseconds. */
const programMs = 15_000;

/** The order in which kinds are removed: a thing that holds another one comes first. */
const order: readonly CensusEntry["kind"][] = [
  ...(["containerd", "process", "mount", "network namespace", "interface"] as const),
  ...(["control group", "shim socket", "address", "snapshot", "file"] as const),
];

/**
 * Removes the listed parts of a private containerd from the machine, each kind in its own way. If something cannot be removed,
 * the next census lists it again. The folder itself stays.
 */
export async function removeRemains(folder: string, remains: readonly CensusEntry[]): Promise<void> {
  for (const kind of order) {
    const own = remains.filter(each => each.kind === kind);
    await inParallel(own, workers, each => remove(folder, each));
  }
}

async function remove(folder: string, { kind, what, pid, id }: CensusEntry): Promise<void> {
  switch (kind) {
    case "containerd":
    case "process": {
      const process = pid === undefined ? undefined : identify(pid);
      if (process !== undefined) await endProcess(process, kind === "containerd" ? 10_000 : 0);
      return;
    }
    case "mount":
      return unmount(what, pid);
    case "network namespace":
      await unmount(what);
      return rmSync(what, { force: true });
    case "interface":
      // it was removed with its network namespace, unless a process still holds that
      await execa("ip", ["link", "delete", what], { reject: false, timeout: programMs });
      return;
    case "control group":
      return removeGroup(what);
    case "snapshot":
      return removeSnapshot(folder, what);
    case "file":
      if (basename(dirname(what)) === "k8s.io" && id !== undefined) await deleteBundle(folder, what, id);
      return rmSync(what, { recursive: true, force: true });
    case "shim socket":
    case "address":
      return rmSync(what, { force: true });
    case "folder":
  }
}

/** Maximum milliseconds until the processes of a control group end after SIGKILL. */
const groupMs = 2_000;

/**
 * Removes a control group with those below it, and kills the processes in them; a group that cannot be removed stays in the next
 * census.
 */
async function removeGroup(group: string): Promise<void> {
  for (const name of groupsBelow(group)) await removeGroup(join(group, name));
  const processes = pidsOfGroup(group).flatMap(pid => identify(pid) ?? []);
  await inParallel(processes, workers, each => endProcess(each, 0));
  const deadline = performance.now() + groupMs;
  for (;;) {
    try {
      return rmdirSync(group);
    } catch (error) {
      // a killed process leaves its group a moment later
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || performance.now() > deadline) return;
      await delay(10);
    }
  }
}

/** Matches the name of a sandbox's or container's group, which contains the id. */
const ofContainer = /[0-9a-f]{64}/;

/**
 * Removes a campaign's parent of control groups, with the groups of its sandboxes and the processes in those. If another program
 * has put a process into the parent, or into a group of another name, that process and its group stay.
 */
export async function removeParentGroup(parent: string): Promise<void> {
  for (const name of groupsBelow(parent)) if (ofContainer.test(name)) await removeGroup(join(parent, name));
  try {
    rmdirSync(parent);
  } catch {
    // another program uses it
  }
}

/** Removes a snapshot through its containerd. If containerd has ended, its snapshots are removed with its folder. */
async function removeSnapshot(folder: string, what: string): Promise<void> {
  const [snapshotter = "", key] = what.split(" ");
  if (key === undefined) return;
  const client = new SnapshotClient(containerdPaths(folder).socket, programMs);
  try {
    await client.remove(snapshotter, key);
  } catch {
    // it is still in the next census
  } finally {
    client.close();
  }
}

/** Does what containerd does after a shim has died: the shim's program deletes container, control group and mount. */
async function deleteBundle(folder: string, bundle: string, id: string): Promise<void> {
  const { socket, bundles } = containerdPaths(folder);
  if (dirname(dirname(bundle)) !== bundles) return;
  const program = readProc(join(bundle, "shim-binary-path"))?.trim();
  if (program !== undefined) {
    const whose = ["-namespace", "k8s.io", "-address", socket, "-publish-binary", "/bin/true", "-id", id];
    await execa(program, [...whose, "-bundle", bundle, "delete"], { cwd: bundle, reject: false, timeout: programMs });
  }
  const address = readProc(join(bundle, "address"))
    ?.trim()
    .replace(/^unix:\/\//, "");
  if (address?.startsWith("/run/containerd/s/")) rmSync(address, { force: true });
}
