import { createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SnapshotClient } from "../../micro/rootfs/snapshots.js";
import { containerdPaths, readRecord } from "../containerd-record.js";
import type { CensusEntry } from "./census-entry.js";
import { groupsOf } from "./control-groups.js";
import { filesOf, idsIn, isSandboxId, namesIn, shimSocketOf } from "./files.js";
import { mountsOf } from "./mounts.js";
import { networkEntries } from "./network.js";
import { daemonsOf, processEntry, sandboxProcesses, shimId, shimsOf } from "./processes.js";

export { type CensusEntry, isOfSandbox } from "./census-entry.js";

/**
 * Lists everything on this machine that belongs to a private containerd. The census recognises it by exact words of command lines,
 * by containerd's folder, by the name of its pod network, and by the sandbox ids in its log, files and shims.
 *
 * @returns one entry per process, mount, file and so on, ordered by kind; empty if nothing is left
 */
export async function census(folder: string): Promise<readonly CensusEntry[]> {
  const ids = await sandboxIds(folder);
  const groups = groupsOf(ids);
  const network = networkEntries(folder);
  const netnsOf = (path: string) => network.find(({ kind, what }) => kind === "network namespace" && what === path);
  return [
    ...daemonsOf(folder).map(({ pid }) => processEntry("containerd", pid)),
    ...sandboxProcesses(folder, groups),
    ...ids.flatMap(id => {
      const what = shimSocketOf(folder, id);
      return existsSync(what) ? [{ kind: "shim socket", what, id } as const] : [];
    }),
    ...mountsOf(folder).map(mount => ({ ...mount, id: mount.id ?? netnsOf(mount.what)?.id })),
    ...network,
    ...groups.map(({ path, id }) => ({ kind: "control group", what: path, id }) as const),
    ...(await snapshotsOf(folder)),
    ...filesOf(folder).map(({ path, id }) => ({ kind: "file", what: path, id }) as const),
    ...(existsSync(folder) ? [{ kind: "folder", what: folder } as const] : []),
  ];
}

/** Returns the ids of all sandboxes and containers in containerd's log, files and shims, including those of cancelled starts. */
async function sandboxIds(folder: string): Promise<readonly string[]> {
  const { log } = containerdPaths(folder);
  const ids = new Set<string>();
  if (existsSync(log)) {
    for await (const line of createInterface({ input: createReadStream(log) })) {
      for (const id of idsIn(line)) ids.add(id);
    }
  }
  for (const { id } of filesOf(folder)) ids.add(id);
  for (const { pid } of shimsOf(folder)) {
    const id = shimId(pid);
    if (id !== undefined) ids.add(id);
  }
  return [...ids];
}

/**
 * Returns the snapshots of sandboxes and containers. A running containerd lists them; if it does not answer, they are overlayfs's
 * writable snapshots in its folder.
 */
async function snapshotsOf(folder: string): Promise<readonly CensusEntry[]> {
  const { socket, snapshots } = containerdPaths(folder);
  const snapshotter = readRecord(folder)?.snapshotter;
  if (snapshotter !== undefined && daemonsOf(folder).length > 0) {
    const client = new SnapshotClient(socket, 5_000);
    try {
      const ids = (await client.names(snapshotter)).filter(isSandboxId);
      return ids.map(id => ({ kind: "snapshot", what: `${snapshotter} ${id}`, id }) as const);
    } catch {
      // containerd does not answer, so its folder is read below
    } finally {
      client.close();
    }
  }
  return namesIn(snapshots)
    .map(name => join(snapshots, name))
    .filter(path => existsSync(join(path, "work")))
    .map(what => ({ kind: "snapshot", what }) as const);
}
