import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { commandLineOf } from "../../system/process-identity.js";

/** A sandbox's or container's file or folder below a private containerd's folder. */
interface OwnFile {
  readonly path: string;
  readonly id: string;
}

/** The folder of the shims' sockets; it does not depend on containerd's own folder. */
const shimSockets = "/run/containerd/s";

/** Whether a name has the form of containerd's ids for sandboxes and containers. */
export const isSandboxId = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** Returns the ids of sandboxes and containers in a text. */
export const idsIn = (text: string): readonly string[] =>
  text.match(/(?<!sha256:|[0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g) ?? [];

/** Returns the first id of a sandbox or container in a text. */
export const idIn = (text: string): string | undefined => idsIn(text)[0];

/** Returns the names in a folder; empty if it is missing. */
export const namesIn = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);

/** Returns the folders that containerd's plugins and the OCI runtimes keep for sandboxes and containers: bundles, states, logs. */
export function filesOf(folder: string): readonly OwnFile[] {
  const plugins = ["root", "state"].flatMap(part =>
    namesIn(join(folder, part))
      .filter(name => name.startsWith("io.containerd."))
      .flatMap(plugin => ["k8s.io", "sandboxes", "containers"].map(name => join(folder, part, plugin, name))),
  );
  const runtimes = namesIn(join(folder, "oci")).map(handler => join(folder, "oci", handler, "k8s.io"));
  return [...plugins, ...runtimes].flatMap(parent =>
    namesIn(parent)
      .filter(isSandboxId)
      .map(id => ({ path: join(parent, id), id })),
  );
}

/** Returns the socket of a sandbox's shim; its name is a digest of the sandbox's id and containerd's address. */
export function shimSocketOf(folder: string, id: string): string {
  return join(shimSockets, hash("sha256", `${join(folder, "containerd.sock")}/k8s.io/${id}`));
}

/** Returns the processes that the wrapper script keeps for gVisor's containers, from the script's own files. */
export function holdersOf(folder: string): readonly { readonly pid: number; readonly id: string }[] {
  const states = join(folder, "oci", "runsc", "k8s.io");
  return namesIn(states).flatMap(name => {
    const id = /^([0-9a-f]{64})\.holder$/.exec(name)?.[1];
    if (id === undefined) return [];
    const pid = Number(readFileSync(join(states, name), "utf8"));
    return commandLineOf(pid) === "sleep infinity" ? [{ pid, id }] : [];
  });
}
