import { join } from "node:path";
import { withLock } from "../system/lock.js";
import { bootId } from "../system/process-identity.js";
import { checkSteps, type Machine, undoAll } from "./apply-steps.js";
import { applyOrUndo } from "./machine-changes.js";
import { shellScript } from "./shell-script.js";
import { poolConfig, poolSteps } from "./thin-pool.js";
import { beginJournal, findJournal, type UndoJournal } from "./undo-journal.js";

/** Returns the folder of the pool's files and their journal, below a machine's root. */
const poolFolder = (root: string): string => join(root, "var/lib/rund-lab/pool");

/** Whether a journal describes a complete pool. After a reboot only the files of a pool exist. */
const isUp = (journal: UndoJournal | undefined): boolean =>
  journal?.isComplete === true && journal.owner.bootId === bootId();

/**
 * Makes the thin pool. Parts of an earlier pool, which a crash or a reboot has left, are removed first. If a step fails,
 * everything is undone.
 *
 * @returns false if the pool already exists
 * @throws LabError of the step that failed; `RUND_STEP_THERE` if something else has made a pool of that name
 */
export async function makePool(machine: Machine): Promise<boolean> {
  const folder = poolFolder(machine.root);
  return withLock(folder, async () => {
    const before = findJournal(folder);
    if (isUp(before)) return false;
    const steps = poolSteps(folder);
    checkSteps(steps, machine);
    if (before !== undefined) await undoAll(before, machine);
    const journal = beginJournal(folder);
    await applyOrUndo(steps, journal, machine);
    return true;
  });
}

/**
 * Removes the thin pool that `makePool` made.
 *
 * @returns false if there is no such pool
 */
export async function removePool(machine: Machine): Promise<boolean> {
  const folder = poolFolder(machine.root);
  return withLock(folder, async () => {
    const journal = findJournal(folder);
    if (journal !== undefined) await undoAll(journal, machine);
    return journal !== undefined;
  });
}

/** Returns the state of the pool. It is half made if a crash or a reboot has left only parts of it. */
export function poolStatus({ root }: Machine): "none" | "up" | "half made" {
  const journal = findJournal(poolFolder(root));
  return journal === undefined ? "none" : isUp(journal) ? "up" : "half made";
}

/** Returns the steps of `makePool` or `removePool` as a shell script, with the section that containerd's config then needs. */
export function poolScript(verb: "up" | "down", { root }: Machine): string {
  const folder = poolFolder(root);
  const journal = findJournal(folder);
  const left = journal?.pending.flat() ?? [];
  const steps = verb === "down" ? left : isUp(journal) ? [] : [...left, ...poolSteps(folder)];
  const script = shellScript([{ title: `thin pool ${verb}`, steps }], () => undefined, "");
  if (verb === "down") return script;
  const section = poolConfig(folder).trimEnd().split("\n");
  return `${script}\n## add to containerd's config\n\n${section.map(line => `#   ${line}`).join("\n")}\n`;
}
