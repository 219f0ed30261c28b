import { readFileSync } from "node:fs";

/** How long a process may take to end after SIGTERM. */
const graceMs = 100;

/** Ends a process and its descendants: first by SIGTERM, and after 100 ms by SIGKILL. */
export function endProcesses(pid: number): void {
  const all = [pid, ...descendants(pid)].map(each => ({ pid: each, began: beginning(each) }));
  for (const each of all) signal(each.pid, "SIGTERM");
  setTimeout(() => {
    // a pid may belong to another process by now
    for (const { pid: each, began } of all) if (beginning(each) === began) signal(each, "SIGKILL");
  }, graceMs);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended
  }
}

/** Returns the descendants of a process, if the system has /proc. */
function descendants(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.split(" ").filter(Boolean).map(Number) ?? [];
  return children.flatMap(child => [child, ...descendants(child)]);
}

/** Returns when a process began, in the system's ticks; undefined if the system does not report it. */
const beginning = (pid: number): string | undefined => read(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ")[19];

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
