import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LabError } from "../../model/errors.js";
import { processIdentity } from "../system/process-identity.js";
import { replaceFile, temporaryFor } from "../system/replace-file.js";

/** The socket of the machine's own containerd. */
export const systemSocket = "/run/containerd/containerd.sock";

/** Returns the paths of a private containerd's parts in its folder. */
export const containerdPaths = (folder: string) => ({
  record: join(folder, "containerd.json"),
  config: join(folder, "config.toml"),
  log: join(folder, "containerd.log"),
  socket: join(folder, "containerd.sock"),
  programs: join(folder, "bin"),
  bundles: join(folder, "state", "io.containerd.runtime.v2.task"),
  snapshots: join(folder, "root", "io.containerd.snapshotter.v1.overlayfs", "snapshots"),
});

const handler = z.object({
  /** The CRI string. */
  name: z.string(),
  /** containerd's `runtime_type`. */
  type: z.string(),
  /** The path of the shim, if it is not on PATH. */
  shimPath: z.string().exactOptional(),
  /** The OCI runtime behind the shim of runc. */
  binary: z.string().exactOptional(),
  /** The runtime's own config file. */
  configPath: z.string().exactOptional(),
});

/** A runtime handler of the private containerd: a runtime whose programs are on this machine. */
export type Handler = Readonly<z.infer<typeof handler>>;

const record = z.object({
  version: z.literal(1),
  /** Whether its CRI has answered and has the pause image. */
  ready: z.boolean(),
  /** containerd's process; null before it is started. */
  process: processIdentity.nullable(),
  handlers: z.array(handler),
  snapshotter: z.string(),
  /** The program and arguments that start it. */
  command: z.array(z.string()).min(1),
  /** The PATH on which its shims are found. */
  path: z.string(),
  /** The value of net.ipv4.ip_forward before the first pod network set it; the clean-up restores it. */
  ipForward: z.string().exactOptional(),
  /** The loopback port to which it sends its spans; undefined if it sends none. */
  spansPort: z.int().exactOptional(),
});

/** The record of the private containerd in a folder. */
export type ContainerdRecord = Readonly<z.infer<typeof record>>;

/**
 * Reads the record.
 *
 * @returns undefined if there is none
 * @throws LabError `RUND_ENV_RECORD` if the file exists and is not such a record
 */
export function readRecord(folder: string): ContainerdRecord | undefined {
  const file = containerdPaths(folder).record;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new LabError("RUND_ENV_RECORD", "machine", "cannot be read", {
      where: file,
      hint: "make the file readable, or choose another --folder",
      cause,
    });
  }
  try {
    return record.parse(JSON.parse(text));
  } catch (cause) {
    throw new LabError("RUND_ENV_RECORD", "input", "not a record of a private containerd", {
      where: file,
      hint: "choose another --folder",
      cause,
    });
  }
}

/** The record's name while it is being written. */
export const temporaryRecord = temporaryFor("containerd.json");

/** Replaces the record in one step: a reader sees the old one or the new one. */
export function writeRecord(folder: string, value: ContainerdRecord): void {
  replaceFile(containerdPaths(folder).record, `${JSON.stringify(value, null, 2)}\n`);
}
