import { LabError } from "../../model/errors.js";
import type { CriClient, SandboxSummary } from "../cri/client.js";
import { CriError } from "../cri/errors.js";
import { labelNames, type SandboxRole } from "../cri/labels.js";
import type { Clock } from "../round/clock.js";
import { inParallel } from "../system/workers.js";

/** Sandboxes removed at a time: more make containerd slower, not faster. */
const cleanupWorkers = 8;

/** Milliseconds of the machine's time that one call may take, even where the campaign's clock runs faster. */
const callMs = 30_000;

/** Attempts before a sandbox counts as left behind. */
const passes = 3;

/** A sandbox may still appear after its creation timed out; the list must stay empty this long. */
const lateMs = 500;

export interface Cleanup {
  readonly removed: number;
  /** Ids of sandboxes that could not be removed. */
  readonly left: readonly string[];
  /** The service's message about the first of them. */
  readonly why: string | null;
}

/**
 * Removes a campaign's sandboxes and checks that they are gone. Uses the ids that the service lists under the campaign's
 * label. That includes sandboxes whose creation timed out before an id came back, and excludes other campaigns'.
 *
 * @param campaign the campaign's label
 * @param doomed which of the campaign's sandboxes to remove; all if left out
 * @param timedOut whether cold starts timed out: then the list is read again after a while
 * @throws CriError if the service no longer answers
 */
export async function cleanUp(
  { cri, clock }: { readonly cri: CriClient; readonly clock: Clock },
  campaign: string,
  doomed: (role: SandboxRole) => boolean = () => true,
  timedOut = false,
): Promise<Cleanup> {
  const gone = new Set<string>();
  let why: string | null = null;
  const list = async () => {
    const own = await listOwn(cri, campaign, doomed);
    if (own.length > 0 || !timedOut) return own;
    await clock.sleep(lateMs);
    return listOwn(cri, campaign, doomed);
  };
  let there = await list();
  for (let pass = 0; pass < passes && there.length > 0; pass++) {
    await inParallel(there, cleanupWorkers, async ({ id }) => {
      try {
        await removeSandbox(cri, id);
      } catch (error) {
        if (isLost(error)) throw error;
        why ??= error instanceof Error ? error.message : String(error);
      }
    });
    const left = await list();
    for (const { id } of there) if (!left.some(other => other.id === id)) gone.add(id);
    there = left;
  }
  return { removed: gone.size, left: there.map(({ id }) => id), why: there.length > 0 ? why : null };
}

/** The campaign's sandboxes, as the service lists them. */
export async function listOwn(
  cri: CriClient,
  campaign: string,
  wanted: (role: SandboxRole) => boolean = () => true,
): Promise<readonly SandboxSummary[]> {
  const own = await cri.listPodSandbox({ [labelNames.campaign]: campaign }, { timeoutMs: callMs });
  return own.filter(({ labels }) => wanted(labels[labelNames.role] as SandboxRole));
}

/** Stops and removes one sandbox; it is removed even if stopping it fails. */
export async function removeSandbox(cri: CriClient, id: string): Promise<void> {
  try {
    await cri.stopPodSandbox(id, { timeoutMs: callMs });
  } catch (error) {
    if (isLost(error)) throw error;
  }
  await cri.removePodSandbox(id, { timeoutMs: callMs });
}

/** Whether an error means that the service itself is gone, rather than that one sandbox is in trouble. */
export const isLost = (error: unknown): boolean => error instanceof CriError && error.reason === "unavailable";

/** @throws LabError `RUND_LEFTOVERS` if sandboxes could not be removed */
export function refuseLeftovers({ left, why }: Cleanup): void {
  if (left.length === 0) return;
  const some = `${left.slice(0, 3).join(", ")}${left.length > 3 ? ", …" : ""}`;
  const reason = why ?? "the service still lists them";
  throw new LabError("RUND_LEFTOVERS", "machine", `${left.length} sandboxes would not go: ${some} (${reason})`, {
    hint: "remove them by hand (`crictl rmp -f ID`), then go on with --resume",
  });
}
