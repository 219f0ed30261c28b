import { readLink } from "../../host/proc.js";
import { mountsBelow } from "../../system/mounts.js";
import type { CensusEntry } from "./census-entry.js";
import { idIn } from "./files.js";
import { daemonsOf, shimsOf } from "./processes.js";

/** Returns the mounts below a private containerd's folder, in this mount namespace and in those of its own processes. */
export function mountsOf(folder: string): readonly CensusEntry[] {
  const namespaces = new Map<string, number>([[namespaceOf(process.pid), process.pid]]);
  for (const { pid } of [...daemonsOf(folder), ...shimsOf(folder)]) {
    const namespace = namespaceOf(pid);
    if (namespace !== "" && !namespaces.has(namespace)) namespaces.set(namespace, pid);
  }
  return [...namespaces.values()].flatMap(pid =>
    mountsBelow(folder, pid).map(what => ({ kind: "mount", what, pid, id: idIn(what) }) as const),
  );
}

const namespaceOf = (pid: number): string => readLink(`/proc/${pid}/ns/mnt`) ?? "";
