import type { CriClient, SandboxSummary } from "../cri/client.js";
import { CriError } from "../cri/errors.js";
import { labelNames, type SandboxRole } from "../cri/labels.js";
import type { Clock } from "../round/clock.js";
import { inParallel } from "../system/workers.js";

/** Sandboxes taken down at once: more make containerd slower, not faster. */
const cleanupWorkers = 8;

/** Milliseconds of the machine's own time one call of a clean-up may take, whatever clock the campaign lives by. */
const callMs = 30_000;

/** Tries this often before a sandbox counts as left behind. */
const passes = 3;

/** After a cold start was given up its sandbox may still turn up: so long must none have been there. */
const lateMs = 500;

export interface Cleanup {
  readonly removed: number;
  /** Ids of sandboxes that would not go. */
  readonly left: readonly string[];
  /** What the service said of the first of them. */
  readonly why: string | null;
}

/**
 * Removes a campaign's sandboxes and makes sure of it: by the ids the service itself lists under the campaign's label,
 * exactly, so that also those go whose cold start was given up before it told an id, and nobody else's do.
 *
 * @param campaign the campaign's label
 * @param doomed which of the campaign's sandboxes go; all if left out
 * @param givenUp whether cold starts were given up: then it looks again after a while
 * @throws CriError if the service cannot be asked any more
 */
export async function cleanUp(
  { cri, clock }: { readonly cri: CriClient; readonly clock: Clock },
  campaign: string,
  doomed: (role: SandboxRole) => boolean = () => true,
  givenUp = false,
): Promise<Cleanup> {
  const gone = new Set<string>();
  let why: string | null = null;
  const list = async () => {
    const own = await listOwn(cri, campaign, doomed);
    if (own.length > 0 || !givenUp) return own;
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

/** Stops and removes one sandbox; a stop that fails does not keep it from being removed. */
export async function removeSandbox(cri: CriClient, id: string): Promise<void> {
  try {
    await cri.stopPodSandbox(id, { timeoutMs: callMs });
  } catch (error) {
    if (isLost(error)) throw error;
  }
  await cri.removePodSandbox(id, { timeoutMs: callMs });
}

/** Whether an error means that the service itself is gone, not one sandbox in trouble. */
export const isLost = (error: unknown): boolean => error instanceof CriError && error.reason === "unavailable";
