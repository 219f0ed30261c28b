import { setTimeout as delay } from "node:timers/promises";
import { type CensusEntry, census, isOfSandbox } from "./census/index.js";
import { containerdPaths } from "./containerd-record.js";
import { knownContainers } from "./known-containers.js";
import { removeRemains } from "./remove-remains.js";

/**
 * Milliseconds for which something must stay unknown to containerd before it is removed. A start has an address before containerd
 * has a record of it, and a removal takes a moment.
 */
const settledMs = 3_000;

/** Milliseconds between two checks. */
const apartMs = 250;

/** Number of attempts to remove what is left. */
const passes = 3;

/**
 * Removes orphans: processes, mounts, files and so on of sandboxes of which a running private containerd has no record. Cancelled
 * starts and killed shims leave them behind. Only things that stay unknown for three seconds are removed.
 *
 * @returns the orphans that were found, removed or not; usually empty, and then at once
 */
export async function clearOrphans(folder: string): Promise<readonly CensusEntry[]> {
  const found = new Map<string, CensusEntry>();
  for (let pass = 0; pass < passes; pass++) {
    const orphans = await settledOrphans(folder);
    if (orphans.length === 0) break;
    await removeRemains(folder, orphans);
    for (const each of orphans) found.set(nameOf(each), each);
  }
  return [...found.values()];
}

/** Returns the things that stay orphans for `settledMs`. */
async function settledOrphans(folder: string): Promise<readonly CensusEntry[]> {
  const until = performance.now() + settledMs;
  let orphans = await orphansOf(folder);
  while (orphans.length > 0 && performance.now() < until) {
    await delay(apartMs);
    const seen = new Set(orphans.map(nameOf));
    orphans = (await orphansOf(folder)).filter(each => seen.has(nameOf(each)));
  }
  return orphans;
}

/** Returns the things of sandboxes of which containerd has no record; empty if containerd does not answer. */
export async function orphansOf(folder: string): Promise<readonly CensusEntry[]> {
  const remains = (await census(folder)).filter(isOfSandbox);
  if (remains.length === 0) return [];
  const known = await knownContainers(containerdPaths(folder).socket).catch(() => undefined);
  if (known === undefined) return [];
  return remains.filter(({ id }) => id === undefined || !known.has(id));
}

const nameOf = ({ kind, what }: CensusEntry): string => `${kind} ${what}`;
