import { join } from "node:path";
import { groupIn } from "./cgroup-tree.js";
import type { Hierarchy } from "./hierarchies.js";
import type { Call, Task } from "./released-threads.js";

/** The calls that give containers their control groups, in the order of the phases: one task per container, except for `home`. */
interface ContainerCalls {
  /** Fills the pool before a round; empty without a pool. */
  readonly fill: readonly Task[];
  readonly make: readonly Task[];
  readonly attach: readonly Task[];
  /** Moves the threads' processes out of the last groups, so that these can be removed: one task per process. */
  readonly home: readonly Task[];
  readonly remove: readonly Task[];
  /** Empties the pool; empty without one. */
  readonly empty: readonly Task[];
}

/**
 * Returns the calls for containers that have one group in each hierarchy.
 *
 * @param pids a process for each thread, which joins one container after another
 */
export function containerCalls(
  hierarchies: readonly Hierarchy[],
  campaign: string,
  { containers, pooled, pids }: { containers: number; pooled: boolean; pids: readonly number[] },
): ContainerCalls {
  const roots = hierarchies.map(hierarchy => groupIn(hierarchy, campaign));
  const paths = (prefix: string, item: number) => roots.map(root => join(root, numbered(prefix, item)));
  const each = (calls: (item: number) => Task): readonly Task[] =>
    Array.from({ length: containers }, (_, item) => calls(item));
  const rename = (from: string, to: string) =>
    each(item => paths(from, item).map((path, index) => ["rename", path, paths(to, item)[index]!] as const));
  const mkdir = (prefix: string) => each(item => paths(prefix, item).map(path => ["mkdir", path] as const));
  const rmdir = (prefix: string) => each(item => paths(prefix, item).map(path => ["rmdir", path] as const));

  return {
    fill: pooled ? mkdir("p") : [],
    make: pooled ? rename("p", "c") : mkdir("c"),
    attach: each(item => paths("c", item).map(path => moveInto(path, pids[item % pids.length]!))),
    home: pids.map(pid => roots.map(root => moveInto(join(root, "home"), pid))),
    remove: pooled ? rename("c", "p") : rmdir("c"),
    empty: pooled ? rmdir("p") : [],
  };
}

/** Returns the calls that make the groups that exist before a round begins, each with a process in it. */
export const standingCalls = (
  hierarchies: readonly Hierarchy[],
  campaign: string,
  pids: readonly number[],
): readonly Task[] =>
  pids.map((pid, index) =>
    hierarchies.flatMap(hierarchy => {
      const path = join(groupIn(hierarchy, campaign), numbered("e", index));
      return [["mkdir", path] as const, moveInto(path, pid)];
    }),
  );

/** Returns the call that moves a process into a group. */
const moveInto = (group: string, pid: number): Call => ["write", join(group, "cgroup.procs"), String(pid)];

/** Returns a name, such as `c00001` for the first. */
const numbered = (prefix: string, item: number): string => `${prefix}${String(item + 1).padStart(5, "0")}`;
