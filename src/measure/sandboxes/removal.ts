import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import type { SandboxSummary } from "../cri/grpc/client.js";
import { isLost } from "../cri/grpc/errors.js";
import { labelNames, type SandboxRole } from "../cri/labels.js";
import { messageOf } from "../message-of.js";
import { type Clock, elapsedMs } from "../round/clock.js";
import type { Driver } from "../round/driver.js";
import { whenLate } from "../system/when-late.js";
import { inParallel } from "../system/workers.js";

/** Number of sandboxes that are removed at a time; more would make containerd slower, not faster. */
const cleanupWorkers = 8;

/** Time limit of one call in milliseconds of real time, even if the campaign's clock runs faster. */
export const callMs = 30_000;

/**
 * Milliseconds before each attempt. A sandbox that is left after the last one counts as left behind. containerd refuses to remove a
 * container that is just starting, even if its start was cancelled; that takes seconds on a busy machine.
 */
const attemptsAfterMs = [0, 0, 250, 500, 1_000, 2_000];

/** A sandbox may still appear after its creation timed out; the list must stay empty this long. */
const lateMs = 500;

/** The result of a clean-up. */
export interface Cleanup {
  readonly removed: number;
  /** Ids of sandboxes that could not be removed. */
  readonly left: readonly string[];
  /** The service's message about the first of them. */
  readonly why: string | null;
  /** Milliseconds that stopping and removing each sandbox took, in the order in which they ended. */
  readonly removalsMs: readonly number[];
}

/** The tools for removing sandboxes. */
export interface RemovalTools {
  readonly driver: Driver;
  readonly clock: Clock;
  /** Receives a message about what is being waited for, if that takes long. */
  readonly warn?: (message: string) => void;
  /**
   * Ends a sandbox's shim if the shim is stopped.
   *
   * @returns the shim's pid; undefined if the shim is not stopped
   */
  readonly endStoppedShim?: (id: string) => number | undefined;
}

/**
 * Removes a campaign's sandboxes and checks that they no longer exist. Uses the ids that the service lists under the campaign's
 * label. That includes sandboxes whose creation timed out before an id came back, and excludes other campaigns'.
 *
 * @param campaign the campaign's label
 * @param selected selects the campaign's sandboxes to remove, by their role; by default all
 * @param timedOut whether cold starts timed out; then the list is read again after a while
 * @throws CriError if the service no longer answers
 */
export async function cleanUp(
  { driver, clock, warn, endStoppedShim }: RemovalTools,
  campaign: string,
  selected: (role: SandboxRole) => boolean = () => true,
  timedOut = false,
): Promise<Cleanup> {
  const gone = new Set<string>();
  const removalsMs: number[] = [];
  let why: string | null = null;
  const list = async () => {
    const own = await listOwn(driver, campaign, selected);
    if (own.length > 0 || !timedOut) return own;
    await clock.sleep(lateMs);
    return listOwn(driver, campaign, selected);
  };
  const late = (id: string) => {
    const shim = endStoppedShim?.(id);
    const reason = shim === undefined ? "" : `: its shim (pid ${shim}) is stopped and will be killed`;
    warn?.(`still waiting for sandbox ${id} to be removed${reason}`);
  };
  let remaining = await list();
  for (const afterMs of attemptsAfterMs) {
    if (remaining.length === 0) break;
    if (afterMs > 0) await clock.sleep(afterMs);
    await inParallel(remaining, cleanupWorkers, async ({ id }) => {
      const startedNs = clock.nowNs();
      try {
        await whenLate(driver.remove(id, callMs), () => late(id));
        removalsMs.push(elapsedMs(startedNs, clock.nowNs()));
      } catch (error) {
        if (isLost(error)) throw error;
        why ??= messageOf(error);
      }
    });
    const left = await list();
    for (const { id } of remaining) if (!left.some(other => other.id === id)) gone.add(id);
    remaining = left;
  }
  return {
    removed: gone.size,
    left: remaining.map(({ id }) => id),
    why: remaining.length > 0 ? why : null,
    removalsMs,
  };
}

/**
 * Returns the campaign's sandboxes in the service's list. A service may ignore the filter, so the label and name prefix of each
 * answer are checked: a foreign sandbox is never returned.
 */
export async function listOwn(
  driver: Pick<Driver, "list">,
  campaign: string,
  wanted: (role: SandboxRole) => boolean = () => true,
): Promise<readonly SandboxSummary[]> {
  const listed = await driver.list({ [labelNames.campaign]: campaign }, callMs);
  return listed.filter(sandbox => isOwn(sandbox, campaign) && wanted(sandbox.labels[labelNames.role] as SandboxRole));
}

/**
 * Returns the number of sandboxes that the service lists as the campaign's although they are not, because it ignores the filter.
 */
export async function countForeign(driver: Pick<Driver, "list">, campaign: string): Promise<number> {
  const listed = await driver.list({ [labelNames.campaign]: campaign }, callMs);
  return listed.filter(sandbox => !isOwn(sandbox, campaign)).length;
}

/** Maximum length of a pod's host name in Kubernetes; the driver cuts off the beginning of a longer name. */
const longestName = 63;

/** Whether a sandbox has the campaign's label, and the name prefix of its role. */
function isOwn({ labels, name }: SandboxSummary, campaign: string): boolean {
  if (labels[labelNames.campaign] !== campaign) return false;
  return name.startsWith(`${labels[labelNames.role]}-`) || name.length === longestName;
}

/** Makes sure that a clean-up left no sandbox. @throws LabError `RUND_LEFTOVERS` */
export function refuseLeftovers({ left, why }: Cleanup): void {
  if (left.length === 0) return;
  const some = `${left.slice(0, 3).join(", ")}${left.length > 3 ? ", …" : ""}`;
  const reason = why ?? "the service still lists them";
  const summary = `${counted(left.length, "sandbox")} could not be removed: ${some} (${reason})`;
  const hint = "remove them by hand (`crictl rmp -f ID`), then continue with --resume";
  throw new LabError("RUND_LEFTOVERS", "machine", summary, { hint });
}
