import { existsSync, rmSync } from "node:fs";
import { LabError } from "../../model/errors.js";
import { endStoppedShim } from "../containerd/stopped-shim.js";
import { CriError } from "../cri/grpc/errors.js";
import { socketPath } from "../cri/grpc/grpc.js";
import { microTools } from "../micro/micro-tools.js";
import { deadOwners, type Owner, ownersFolder } from "../micro/owner.js";
import { machineClock } from "../round/clock.js";
import { cleanUp, refuseLeftovers } from "../sandboxes/removal.js";
import { restoreScores } from "../system/oom-protection.js";
import { criDriver } from "../workload/cri-driver.js";
import { clearAfter, removeParents } from "./clear-after.js";
import { openService } from "./service/service.js";

/** A killed campaign that was cleared. */
export interface ClearedCampaign {
  readonly campaign: string;
  /** Number of its sandboxes that still existed. */
  readonly sandboxes: number;
}

/**
 * Removes the sandboxes, control groups, mounts, snapshots and copies of campaigns that were killed, and restores the
 * out-of-memory scores that they changed.
 *
 * @param warn receives a message about what is being waited for
 * @throws LabError of the first campaign that cannot be cleared; the others are cleared nevertheless
 */
export async function clearKilled(
  warn: (message: string) => void,
  folder = ownersFolder,
): Promise<readonly ClearedCampaign[]> {
  const cleared: ClearedCampaign[] = [];
  const failures: unknown[] = [];
  for (const owner of deadOwners(folder)) {
    const { campaign, socket, logs, spared = [] } = owner;
    restoreScores(spared);
    try {
      const sandboxes = await removeSandboxes(owner, warn);
      await removeParents(campaign);
      if (logs !== undefined) rmSync(logs, { recursive: true, force: true });
      // the snapshots of a containerd that was removed no longer exist
      await microTools(campaign, existsSync(socket) ? socket : "", {}, folder).clear();
      cleared.push({ campaign, sandboxes });
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  return cleared;
}

/**
 * Removes a killed campaign's sandboxes from the service that started them. The sandboxes of a
 * private containerd that was removed no longer exist.
 *
 * @throws LabError `RUND_RESTORE_SERVICE` if the service does not answer, `RUND_LEFTOVERS`
 */
async function removeSandboxes({ campaign, endpoint }: Owner, warn: (message: string) => void): Promise<number> {
  if (endpoint === undefined || !existsSync(socketPath(endpoint))) return 0;
  try {
    const service = await openService(endpoint, "cri", warn);
    try {
      const driver = criDriver({ cri: service.cri, clock: machineClock, logFolder: "" });
      const cleared = await cleanUp({ driver, clock: machineClock, warn, endStoppedShim }, campaign, () => true, true);
      refuseLeftovers(cleared);
      await clearAfter(service, campaign);
      return cleared.removed;
    } finally {
      service.cri.close();
    }
  } catch (cause) {
    if (!(cause instanceof CriError)) throw cause;
    throw new LabError("RUND_RESTORE_SERVICE", "machine", `the sandboxes of ${campaign} cannot be removed`, {
      where: endpoint,
      expected: "the service that started them",
      found: cause.message,
      hint: "start the service and run `rund-lab env restore` again; for a private containerd, `rund-lab env down` removes them too",
      cause,
    });
  }
}
