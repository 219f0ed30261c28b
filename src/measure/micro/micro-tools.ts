import { readFileSync } from "node:fs";
import { restoreScores, type SparedProcess } from "../system/oom-protection.js";
import { CampaignGroups } from "./campaign-groups.js";
import { CampaignRootfs } from "./campaign-rootfs.js";
import { hierarchiesIn } from "./hierarchies.js";
import { claim, release, sparedBy } from "./owner.js";

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
 * @param socket containerd's, for snapshots; empty for a campaign that makes none
 * @param endpoint the CRI service that starts the campaign's sandboxes; empty without one
 */
export function microTools(campaign: string, socket: string, endpoint = ""): MicroTools {
  const service = endpoint === "" ? {} : { endpoint };
  const begin = () => claim(campaign, socket, service);
  const groups = new CampaignGroups(campaign, hierarchiesIn(readFileSync("/proc/self/mountinfo", "utf8")), begin);
  const rootfs = new CampaignRootfs(campaign, socket, begin);
  return {
    groups,
    rootfs,
    note: begin,
    noteSpared: spared => claim(campaign, socket, { ...service, spared: [...spared] }),
    async clear() {
      restoreScores(sparedBy(campaign));
      const removed = (await groups.clear()) + (await rootfs.clear());
      release(campaign);
      return removed;
    },
  };
}
