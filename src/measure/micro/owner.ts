import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { identify, isAlive } from "../system/process-identity.js";

/** Where campaigns note that they are about to make control groups, mounts or snapshots. */
export const ownersFolder = "/var/lib/rund-lab/micro";

const owner = z.object({
  campaign: z.string(),
  /** containerd's socket; empty without a service. */
  socket: z.string(),
  process: z.object({ pid: z.int(), startTicks: z.number(), bootId: z.string() }),
});

/** A campaign that may have left control groups, mounts or snapshots. */
export type Owner = Readonly<z.infer<typeof owner>>;

/** Notes, before anything is made, that a campaign of this process makes things; once is enough. */
export function claim(campaign: string, socket: string, folder = ownersFolder): void {
  const process = identify(globalThis.process.pid)!;
  mkdirSync(folder, { recursive: true });
  writeFileAtomic.sync(fileOf(campaign, folder), `${JSON.stringify({ campaign, socket, process })}\n`);
}

/** Forgets a campaign: nothing of it is left. */
export const release = (campaign: string, folder = ownersFolder): void =>
  rmSync(fileOf(campaign, folder), { force: true });

/** Campaigns whose process has ended without clearing up, sorted. A file that is no such note is left alone. */
export function deadOwners(folder = ownersFolder): readonly Owner[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder).sort();
  } catch {
    return [];
  }
  // what a kill left of a note that was being written
  for (const name of names) if (/\.json\.\d+$/.test(name)) rmSync(join(folder, name), { force: true });
  return names
    .filter(name => name.endsWith(".json"))
    .flatMap(name => {
      const parsed = owner.safeParse(readJson(join(folder, name)));
      return parsed.success && !isAlive(parsed.data.process) ? [parsed.data] : [];
    });
}

const fileOf = (campaign: string, folder: string): string => join(folder, `${campaign}.json`);

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
