import { procFolder, readProc } from "./proc.js";

/** The state LISTEN in /proc/net/tcp. */
const listen = "0A";

/**
 * Returns the TCP ports on which a process of this network namespace listens.
 *
 * @param proc the folder that contains net/tcp and net/tcp6
 */
export function listeningPorts(proc = procFolder): ReadonlySet<number> {
  const lines = ["net/tcp", "net/tcp6"].flatMap(file => (readProc(`${proc}/${file}`) ?? "").split("\n").slice(1));
  return new Set(
    lines.flatMap(line => {
      const [, local = "", , state] = line.trim().split(/\s+/);
      return state === listen ? Number.parseInt(local.split(":")[1] ?? "", 16) : [];
    }),
  );
}
