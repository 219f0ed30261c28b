import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { procFolder, readProc } from "../host/proc.js";
import { mountsBelow } from "../system/mounts.js";
import { findProcesses } from "../system/process-identity.js";
import { containerdPaths } from "./record.js";

/** One thing that a private containerd has made on the machine. */
export interface Remain {
  readonly kind: "process" | "shim socket" | "mount" | "control group" | "folder";
  /** Its path, or a process's pid and command line. */
  readonly what: string;
}

/** Where shims put their sockets, whatever containerd's own folder is. */
const shimSockets = "/run/containerd/s";

/**
 * Everything of a private containerd that is on this machine: processes, shim sockets, mounts, control groups, its folder. What
 * belongs to it is known by exact words of command lines, by its folder, and by the sandbox ids in its log and bundles.
 *
 * @returns by kind; empty where nothing is left
 */
export async function census(folder: string): Promise<readonly Remain[]> {
  const ids = await sandboxIds(folder);
  return [
    ...processesOf(folder).map(({ pid }) => ({ kind: "process", what: `${pid} ${commandOf(pid)}` }) as const),
    ...shimSocketsOf(folder, ids).map(what => ({ kind: "shim socket", what }) as const),
    ...mountsBelow(folder).map(what => ({ kind: "mount", what }) as const),
    ...controlGroupsOf(ids).map(what => ({ kind: "control group", what }) as const),
    ...(existsSync(folder) ? [{ kind: "folder", what: folder } as const] : []),
  ];
}

/** The containerd of a folder, and its shims. */
export function processesOf(folder: string) {
  const { config, socket } = containerdPaths(folder);
  return findProcesses(words => follows(words, "--config", config) || follows(words, "-address", socket));
}

/** Whether one word is followed by exactly that other word. */
export const follows = (words: readonly string[], option: string, value: string): boolean =>
  words.some((word, index) => word === option && words[index + 1] === value);

/** The ids of all sandboxes and containers that its log, bundles and shims name, also of those whose start was cancelled. */
export async function sandboxIds(folder: string): Promise<readonly string[]> {
  const { log, bundles } = containerdPaths(folder);
  const ids = new Set<string>();
  if (existsSync(log)) {
    for await (const line of createInterface({ input: createReadStream(log) })) {
      for (const [id] of line.matchAll(/(?<!sha256:|[0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)) ids.add(id);
    }
  }
  const tasks = join(bundles, "k8s.io");
  if (existsSync(tasks)) for (const id of readdirSync(tasks)) ids.add(id);
  for (const { pid } of processesOf(folder)) {
    const id = /-id ([0-9a-f]{64})/.exec(commandOf(pid))?.[1];
    if (id !== undefined) ids.add(id);
  }
  return [...ids];
}

/** The sockets of shims that are there; the name of each is a digest of whose it is. */
export function shimSocketsOf(folder: string, ids: readonly string[]): readonly string[] {
  const { socket } = containerdPaths(folder);
  const name = (id: string) => createHash("sha256").update(`${socket}/k8s.io/${id}`).digest("hex");
  return ids.map(id => join(shimSockets, name(id))).filter(existsSync);
}

/** The control groups of sandboxes that are there, in every hierarchy. */
export function controlGroupsOf(ids: readonly string[], root = "/sys/fs/cgroup"): readonly string[] {
  const hierarchies = existsSync(root) ? [root, ...readdirSync(root).map(name => join(root, name))] : [];
  const parents = hierarchies.map(each => join(each, "k8s.io")).filter(existsSync);
  return parents.flatMap(parent => ids.map(id => join(parent, id)).filter(existsSync));
}

const commandOf = (pid: number): string =>
  (readProc(`${procFolder}/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trimEnd();
