import { pidsOfGroup } from "../../host/cgroups.js";
import { commandLineOf, findProcesses, type ProcessIdentity } from "../../system/process-identity.js";
import { containerdPaths } from "../containerd-record.js";
import type { CensusEntry } from "./census-entry.js";
import type { ControlGroup } from "./control-groups.js";
import { holdersOf, idIn } from "./files.js";

/** Returns the containerd processes of a folder. After a crash there may be more than the one in the folder's record. */
export const daemonsOf = (folder: string): readonly ProcessIdentity[] =>
  findProcesses(words => follows(words, "--config", containerdPaths(folder).config));

/** Returns the shims of a folder's containerd. */
export const shimsOf = (folder: string): readonly ProcessIdentity[] =>
  findProcesses(words => follows(words, "-address", containerdPaths(folder).socket));

/** Returns the id of the sandbox for which a shim was started. */
export const shimId = (pid: number): string | undefined => / -id (\S+)/.exec(commandLineOf(pid))?.[1];

/** Whether a command line contains an option that is directly followed by a value. */
export const follows = (words: readonly string[], option: string, value: string): boolean =>
  words.some((word, index) => word === option && words[index + 1] === value);

/**
 * Returns shims, gVisor's processes, those that the wrapper keeps for its containers, and all processes in the sandboxes' control
 * groups.
 */
export function sandboxProcesses(folder: string, groups: readonly ControlGroup[]): readonly CensusEntry[] {
  const found = new Map<number, string | undefined>();
  for (const { pid } of shimsOf(folder)) found.set(pid, shimId(pid));
  const isGvisor = (words: readonly string[]) =>
    words[0]?.startsWith("runsc-") === true && words.some(word => word.includes(`${folder}/`));
  for (const { pid } of findProcesses(isGvisor)) found.set(pid, idIn(commandLineOf(pid)));
  for (const { pid, id } of holdersOf(folder)) found.set(pid, id);
  for (const { path, id } of groups) for (const pid of pidsOfGroup(path)) if (!found.has(pid)) found.set(pid, id);
  return [...found].map(([pid, id]) => processEntry("process", pid, id));
}

/** Describes a process. */
export const processEntry = (kind: "containerd" | "process", pid: number, id?: string): CensusEntry => ({
  kind,
  what: `${pid} ${commandLineOf(pid)}`,
  pid,
  id,
});
