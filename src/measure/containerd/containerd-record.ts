import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { LabError } from "../../model/errors.js";
import { processIdentity } from "../system/process-identity.js";
import { replaceFile, temporaryFor } from "../system/replace-file.js";

/** Returns where the parts of a private containerd lie in its folder. */
export const containerdPaths = (folder: string) => ({
  record: join(folder, "containerd.json"),
  config: join(folder, "config.toml"),
  log: join(folder, "containerd.log"),
  socket: join(folder, "containerd.sock"),
  programs: join(folder, "bin"),
  bundles: join(folder, "state", "io.containerd.runtime.v2.task"),
  snapshots: join(folder, "root", "io.containerd.snapshotter.v1.overlayfs", "snapshots"),
});

const record = z.object({
  version: z.literal(1),
  /** Whether its CRI has answered and knows the pause image. */
  ready: z.boolean(),
  /** containerd's process; null until it is started. */
  process: processIdentity.nullable(),
  handlers: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      shimPath: z.string().exactOptional(),
      binary: z.string().exactOptional(),
      configPath: z.string().exactOptional(),
    }),
  ),
  snapshotter: z.string(),
  /** The program and arguments that start it. */
  command: z.array(z.string()).min(1),
  /** The PATH that its shims are found on. */
  path: z.string(),
  /** What net.ipv4.ip_forward was: the first pod network sets it, and the clean-up restores it. */
  ipForward: z.string().exactOptional(),
  /** The loopback port that it sends its spans to; left out where it sends none. */
  spansPort: z.int().exactOptional(),
});

/** What a folder says of the private containerd in it. */
export type ContainerdRecord = Readonly<z.infer<typeof record>>;

/**
 * @returns undefined if there is none
 * @throws LabError `RUND_ENV_RECORD` if the file is there and no such record
 */
export function readRecord(folder: string): ContainerdRecord | undefined {
  const file = containerdPaths(folder).record;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new LabError("RUND_ENV_RECORD", "machine", "cannot be read", { where: file, cause });
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

/** The file's name while it is written. */
export const recordInTheMaking = temporaryFor("containerd.json");

/** Replaces the record in one step: a reader sees the old one or the new one. */
export function writeRecord(folder: string, value: ContainerdRecord): void {
  replaceFile(containerdPaths(folder).record, `${JSON.stringify(value, null, 2)}\n`);
}
