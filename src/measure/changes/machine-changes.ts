import { join } from "node:path";
import { LabError } from "../../model/errors.js";
import { withLock } from "../system/lock.js";
import { isAlive } from "../system/process-identity.js";
import { checkSteps, type Machine, performSteps, takeBack } from "./perform.js";
import type { Step } from "./steps.js";
import { beginJournal, findJournal, type Journal, refuseJournal } from "./undo-journal.js";

/** Where the journal of changed configs is kept, below a machine's root. */
const changesFolder = (root: string): string => join(root, "var/lib/rund-lab/changes");

/** A machine as a campaign has prepared it. */
export interface PreparedMachine {
  /** Does more steps, to be taken back with the others. */
  perform(steps: readonly Step[]): Promise<void>;
  /** Takes everything back, the last step first. */
  restore(): Promise<void>;
}

/**
 * Prepares the machine for a campaign. Nothing is begun unless everything needed is there; if a step fails, what was done
 * is taken back. After a crash `restoreMachine` does it.
 *
 * @throws LabError of the step that failed; `RUND_CHANGES_BUSY`, `RUND_CHANGES_LEFT` as `beginJournal`
 */
export async function prepareMachine(steps: readonly Step[], machine: Machine): Promise<PreparedMachine> {
  checkSteps(steps, machine);
  const folder = changesFolder(machine.root);
  const journal = await withLock(folder, async () => beginJournal(folder));
  const perform = (more: readonly Step[]) => performSteps(more, journal, machine);
  try {
    await perform(steps);
    journal.complete();
  } catch (error) {
    throw await afterTakingBack(journal, machine, error);
  }
  return { perform, restore: () => takeBack(journal, machine) };
}

/**
 * Puts back what a campaign that died has changed.
 *
 * @returns false if there is nothing to put back
 * @throws LabError `RUND_LOCKED` if another process is at it, `RUND_CHANGES_BUSY` if the campaign lives,
 *   `RUND_CONFIG_FOREIGN` if somebody else changed a file since (all else is put back), or of a step that fails
 */
export async function restoreMachine(machine: Machine): Promise<boolean> {
  const folder = changesFolder(machine.root);
  if (findJournal(folder) === undefined) return false;
  return withLock(folder, async () => {
    // once more: somebody else may have put everything back just now
    const journal = findJournal(folder);
    if (journal === undefined) return false;
    if (isAlive(journal.owner)) {
      throw new LabError("RUND_CHANGES_BUSY", "machine", `the campaign of process ${journal.owner.pid} still runs`, {
        where: folder,
        hint: "stop it with Ctrl-C: it puts its changes back itself",
      });
    }
    await takeBack(journal, machine);
    return true;
  });
}

/**
 * Makes sure that this machine is as its owner left it.
 *
 * @throws LabError `RUND_CHANGES_BUSY` if a living campaign has changed it, `RUND_CHANGES_LEFT` if a dead one has
 */
export const refuseChanges = ({ root }: Machine): void => refuseJournal(changesFolder(root));

/** Files of this machine that a campaign has changed and not yet put back. */
export const changedFiles = ({ root }: Machine): readonly string[] => findJournal(changesFolder(root))?.files ?? [];

/** Takes back what was done before a failure, and gives the error to throw: the failure, with what else went wrong. */
export async function afterTakingBack(journal: Journal, machine: Machine, failure: unknown): Promise<unknown> {
  try {
    await takeBack(journal, machine);
    return failure;
  } catch (second) {
    const [first, then] = [failure, second].map(error => (error instanceof Error ? error.message : String(error)));
    return new LabError("RUND_CHANGES_LEFT", "machine", `${first}; then, putting things back, ${then}`, {
      hint: "see to it, then `rund-lab env restore`",
      cause: failure,
    });
  }
}
