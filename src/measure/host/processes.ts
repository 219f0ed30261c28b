import { groupBy } from "../../model/group-by.js";
import { pidsIn, procFolder, readProc, statOf } from "./proc.js";

/** The fields of a process that are needed to attribute its memory to a sandbox. */
export interface HostProcess {
  readonly pid: number;
  readonly parent: number;
  /** The name in the kernel, at most 15 characters. */
  readonly name: string;
  /** The whole command line, its words separated by spaces; empty for kernel threads. */
  readonly commandLine: string;
}

/** Returns all processes; one that ends during the reading is left out. */
export function listProcesses(proc = procFolder): readonly HostProcess[] {
  return pidsIn(proc).flatMap(pid => {
    const commandLine = readProc(`${proc}/${pid}/cmdline`);
    const stat = readProc(`${proc}/${pid}/stat`);
    if (commandLine === undefined || stat === undefined) return [];
    const { name, fields } = statOf(stat);
    return [{ pid, parent: Number(fields[1]), name, commandLine: commandLine.replaceAll("\0", " ").trimEnd() }];
  });
}

/**
 * Returns the processes of each sandbox: those whose command line contains its id (the shim, a VMM, a file server), and their
 * descendants.
 *
 * @param ids full sandbox ids
 * @returns the processes for each id; a process belongs to at most one sandbox
 * @example sandboxProcesses([{ pid: 7, parent: 1, name: "shim", commandLine: "shim -id ab12" }, { pid: 8, parent: 7, name: "pause", commandLine: "/pause" }], ["ab12"]).get("ab12").map(process => process.pid) // [7, 8]
 */
export function sandboxProcesses(
  processes: readonly HostProcess[],
  ids: readonly string[],
): ReadonlyMap<string, readonly HostProcess[]> {
  const wanted = new Set(ids);
  const found = new Map<string, HostProcess[]>(ids.map(id => [id, []]));
  const children = groupBy(processes, ({ parent }) => parent);
  const taken = new Set<number>();
  const take = (process: HostProcess, id: string): void => {
    if (taken.has(process.pid)) return;
    taken.add(process.pid);
    found.get(id)!.push(process);
    for (const child of children.get(process.pid) ?? []) take(child, namedIn(child, wanted) ?? id);
  };
  for (const process of processes) {
    const id = namedIn(process, wanted);
    if (id !== undefined) take(process, id);
  }
  return found;
}

/** Returns the sandbox id in a command line, between characters that cannot be part of an id. */
function namedIn({ commandLine }: HostProcess, wanted: ReadonlySet<string>): string | undefined {
  return commandLine.split(/[^A-Za-z0-9]+/).find(word => wanted.has(word));
}
