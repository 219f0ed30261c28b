import { setTimeout as delay } from "node:timers/promises";
import { census, isOfSandbox, type Remain } from "./census/index.js";
import { containerdPaths } from "./containerd-record.js";
import { knownContainers } from "./known-containers.js";
import { removeRemains } from "./remove-remains.js";

/**
 * Milliseconds for which something must stay unknown: a start has an address before containerd has a record, and a removal takes
 * a moment.
 */
const settledMs = 3_000;

/** Milliseconds between two checks. */
const apartMs = 250;

/** Number of attempts to remove what is left. */
const passes = 3;

/**
 * Removes what a running private containerd has forgotten: everything of sandboxes of which it has no record, which cancelled
 * starts leave behind, and killed shims. Only what stays unknown for a few seconds is removed.
 *
 * @returns what was removed, or still exists; empty in the usual case, without waiting
 */
export async function clearOrphans(folder: string): Promise<readonly Remain[]> {
  const found = new Map<string, Remain>();
  for (let pass = 0; pass < passes; pass++) {
    const orphans = await settledOrphans(folder);
    if (orphans.length === 0) break;
    await removeRemains(folder, orphans);
    for (const each of orphans) found.set(nameOf(each), each);
  }
  return [...found.values()];
}

/** Returns the orphans that stay the same over some time. */
async function settledOrphans(folder: string): Promise<readonly Remain[]> {
  const until = performance.now() + settledMs;
  let orphans = await orphansOf(folder);
  while (orphans.length > 0 && performance.now() < until) {
    await delay(apartMs);
    const seen = new Set(orphans.map(nameOf));
    orphans = (await orphansOf(folder)).filter(each => seen.has(nameOf(each)));
  }
  return orphans;
}

/** Returns what belongs to sandboxes of which containerd has no record; empty if it does not answer. */
export async function orphansOf(folder: string): Promise<readonly Remain[]> {
  const remains = (await census(folder)).filter(isOfSandbox);
  if (remains.length === 0) return [];
  const known = await knownContainers(containerdPaths(folder).socket).catch(() => undefined);
  if (known === undefined) return [];
  return remains.filter(({ id }) => id === undefined || !known.has(id));
}

const nameOf = ({ kind, what }: Remain): string => `${kind} ${what}`;
