import { existsSync, readFileSync } from "node:fs";
import { restoreScores, type SparedProcess } from "../system/oom-protection.js";
import { CampaignGroups } from "./campaign-groups.js";
import { CampaignRootfs } from "./campaign-rootfs.js";
import { hierarchiesIn } from "./hierarchies.js";
import { claim, deadOwners, ownersFolder, release, sparedBy } from "./owner.js";

/** What the experiments on control groups and root file systems work with. */
export interface MicroTools {
  readonly groups: CampaignGroups;
  readonly rootfs: CampaignRootfs;
  /** Notes that the campaign is about to make something, so that `env restore` finds it after a kill. */
  note(): void;
  /** Notes processes whose OOM score is about to be changed, so that `clear` restores it after a kill. */
  noteSpared(processes: readonly SparedProcess[]): void;
  /** Removes everything that the campaign has made, in this session or an earlier one. @returns the number of things removed */
  clear(): Promise<number>;
}

/**
 * Returns the tools of one campaign on this machine.
 *
 * @param campaign the campaign's label
 * @param socket containerd's; empty without a service
 */
export function microTools(campaign: string, socket: string): MicroTools {
  const begin = () => claim(campaign, socket);
  const groups = new CampaignGroups(campaign, hierarchiesIn(readFileSync("/proc/self/mountinfo", "utf8")), begin);
  const rootfs = new CampaignRootfs(campaign, socket, begin);
  return {
    groups,
    rootfs,
    note: begin,
    noteSpared: spared => claim(campaign, socket, { spared: [...spared] }),
    async clear() {
      restoreScores(sparedBy(campaign));
      const removed = (await groups.clear()) + (await rootfs.clear());
      release(campaign);
      return removed;
    },
  };
}

/**
 * Removes the control groups, mounts and snapshots of campaigns that were killed, and restores the scores that they changed.
 *
 * @returns the labels of the campaigns
 * @throws LabError of what cannot be removed; a campaign whose containerd is gone is cleared of the rest
 */
export async function clearKilled(folder = ownersFolder): Promise<readonly string[]> {
  const cleared: string[] = [];
  const failures: unknown[] = [];
  for (const { campaign, socket, spared = [] } of deadOwners(folder)) {
    restoreScores(spared);
    try {
      // snapshots of a containerd that is gone went with it
      await microTools(campaign, existsSync(socket) ? socket : "").clear();
      release(campaign, folder);
      cleared.push(campaign);
    } catch (error) {
      // the others are cleared nevertheless
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return cleared;
}
