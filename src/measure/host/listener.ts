import { existsSync, statSync } from "node:fs";
import { descriptorsOf, pidsIn, procFolder, readProc } from "./proc.js";

/** A listening socket's flags and state in /proc/net/unix: it accepts connections, and has no peer. */
const listening = ["00010000", "01"];

/**
 * Returns the process that listens on a unix socket, such as the engine behind an endpoint.
 *
 * @returns its pid; undefined if it cannot be found, for example without root
 */
export function listenerOf(socket: string, proc = procFolder): number | undefined {
  const own = (readProc(`${proc}/net/unix`) ?? "")
    .split("\n")
    .map(line => line.trim().split(/\s+/))
    .filter(([, , , flags, , state, , path]) => path === socket && flags === listening[0] && state === listening[1])
    .map(fields => `socket:[${fields[6]}]`);
  return own.length === 0
    ? undefined
    : pidsIn(proc).find(pid => descriptorsOf(pid, proc).some(link => own.includes(link)));
}

/**
 * Whether the process that listens on a unix socket sees the same folder at a path as this program. It sees another one if its
 * mounts or its root are different.
 *
 * @returns also true if this cannot be determined, for example without root
 */
export function listenerSees(socket: string, folder: string, proc = procFolder): boolean {
  const pid = listenerOf(socket, proc);
  const root = `${proc}/${pid}/root`;
  try {
    if (pid === undefined || !existsSync(`${root}/`)) return true;
    const own = statSync(folder);
    const seen = statSync(`${root}${folder}`, { throwIfNoEntry: false });
    return seen !== undefined && seen.dev === own.dev && seen.ino === own.ino;
  } catch {
    return true;
  }
}
