import { mkdirSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { LabError } from "../../model/errors.js";
import { readProc } from "../host/proc.js";
import { parseJson } from "../system/json.js";
import { bootId, identify, isAlive, processIdentity } from "../system/process-identity.js";
import { replaceFile } from "../system/replace-file.js";

/**
 * The folder of the campaigns' notes. A campaign writes its note before it makes sandboxes, control groups, mounts, snapshots or
 * copies, or changes scores of the OOM killer.
 */
export const ownersFolder = "/var/lib/rund-lab/micro";

const owner = z.object({
  campaign: z.string(),
  /** containerd's socket, for snapshots; empty if there are none. */
  socket: z.string(),
  /** The CRI service that starts the campaign's sandboxes. */
  endpoint: z.string().exactOptional(),
  /** The folder for the logs of the campaign's containers. */
  logs: z.string().exactOptional(),
  process: processIdentity,
  /** The pid namespace of the process, as the kernel names it; in another namespace, its pid means another process. */
  pidNamespace: z.string().exactOptional(),
  /** The user's folder in which block images are copied. */
  copies: z.string().exactOptional(),
  /** Processes that the OOM killer spares for the campaign. */
  spared: z.array(processIdentity.extend({ scoreBefore: z.string() })).exactOptional(),
});

/** A campaign that may have left sandboxes, control groups, mounts, snapshots or changed scores. */
export type Owner = Readonly<z.infer<typeof owner>>;

/**
 * Writes the note of a campaign of this process. One call is enough, before anything is made. A later call adds `more` to the
 * note.
 *
 * @throws LabError `RUND_MICRO_ROOT` for a user who may not write the note
 */
export function claim(
  campaign: string,
  socket: string,
  more: Pick<Owner, "spared" | "endpoint" | "logs" | "copies"> = {},
  folder: string = ownersFolder,
): void {
  const process = identify(globalThis.process.pid)!;
  const note: Owner = {
    ...noteOf(campaign, folder),
    campaign,
    socket,
    process,
    pidNamespace: pidNamespace(),
    ...more,
  };
  try {
    mkdirSync(folder, { recursive: true });
    replaceFile(fileOf(campaign, folder), `${JSON.stringify(note)}\n`);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") throw cause;
    throw new LabError("RUND_MICRO_ROOT", "machine", "only root may change control groups, mounts and scores", {
      where: folder,
      hint: "run it with sudo",
      cause,
    });
  }
}

/** Returns the note of a campaign; undefined if it does not exist or is not a note. */
export const noteOf = (campaign: string, folder: string = ownersFolder): Owner | undefined =>
  owner.safeParse(parseJson(readProc(fileOf(campaign, folder)))).data;

/** Deletes a campaign's note, because nothing of the campaign is left. */
export const release = (campaign: string, folder = ownersFolder): void =>
  rmSync(fileOf(campaign, folder), { force: true });

/**
 * Returns the campaigns whose process has ended without a clean-up, sorted. A file that is not a note is ignored. A campaign of
 * this boot in another pid namespace, such as in a container, is left out, because it may be running.
 */
export function deadOwners(folder = ownersFolder): readonly Owner[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  // left by a kill while a note was being written
  for (const name of names) if (/^\..*\.json\.rund-lab$/.test(name)) rmSync(join(folder, name), { force: true });
  return names
    .filter(name => name.endsWith(".json"))
    .flatMap(name => {
      const note = noteOf(basename(name, ".json"), folder);
      return note !== undefined && isDead(note) ? [note] : [];
    });
}

function isDead({ process, pidNamespace: own = pidNamespace() }: Owner): boolean {
  if (process.bootId === bootId() && own !== pidNamespace()) return false;
  return !isAlive(process);
}

const pidNamespace = (): string => readlinkSync("/proc/self/ns/pid");

const fileOf = (campaign: string, folder: string): string => join(folder, `${campaign}.json`);
