import { readFileSync } from "node:fs";
import { restoreScores, type SparedProcess } from "../system/oom-protection.js";
import { CampaignGroups } from "./campaign-groups.js";
import { hierarchiesIn } from "./hierarchies.js";
import { claim, noteOf, type Owner, ownersFolder, release } from "./owner.js";
import { CampaignCopies } from "./rootfs/campaign-copies.js";
import { CampaignRootfs } from "./rootfs/campaign-rootfs.js";

/** The tools of the experiments on control groups and root file systems. */
export interface MicroTools {
  readonly groups: CampaignGroups;
  readonly rootfs: CampaignRootfs;
  readonly copies: CampaignCopies;
  /** Writes a note that the campaign will make something, so that `env restore` finds it after a kill. */
  note(): void;
  /** Notes processes whose OOM score will be changed, so that `clear` restores it after a kill. */
  noteSpared(processes: readonly SparedProcess[]): void;
  /**
   * Removes everything that the campaign has made, in this session or an earlier one.
   *
   * @returns the number of removed groups, snapshots and copies
   */
  clear(): Promise<number>;
}

/**
 * Returns the tools of one campaign on this machine.
 *
 * @param campaign the campaign's label
 * @param socket containerd's, for snapshots; empty for a campaign that makes none
 * @param sandboxes the CRI service that starts the campaign's sandboxes, and the folder of their logs; empty without sandboxes
 * @param notes the folder of notes, which also holds the file of the campaign's own file system
 */
export function microTools(
  campaign: string,
  socket: string,
  sandboxes: Pick<Owner, "endpoint" | "logs"> = {},
  notes: string = ownersFolder,
): MicroTools {
  const claimed = (more: Parameters<typeof claim>[2]) => claim(campaign, socket, { ...sandboxes, ...more }, notes);
  const begin = () => claimed({});
  const groups = new CampaignGroups(campaign, hierarchiesIn(readFileSync("/proc/self/mountinfo", "utf8")), begin);
  const rootfs = new CampaignRootfs(campaign, socket, begin);
  const copies = new CampaignCopies(campaign, folder => claimed(folder === undefined ? {} : { copies: folder }), notes);
  return {
    groups,
    rootfs,
    copies,
    note: begin,
    noteSpared: spared => claimed({ spared: [...spared] }),
    async clear() {
      const note = noteOf(campaign, notes);
      restoreScores(note?.spared ?? []);
      const copied = await copies.clear(note?.copies);
      const removed = (await groups.clear()) + (await rootfs.clear()) + copied;
      release(campaign, notes);
      return removed;
    },
  };
}
