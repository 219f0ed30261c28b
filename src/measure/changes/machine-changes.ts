import { join } from "node:path";
import { LabError } from "../../model/errors.js";
import { messageOf } from "../message-of.js";
import { withLock } from "../system/lock.js";
import { isAlive } from "../system/process-identity.js";
import { applySteps, checkSteps, type Machine, undoAll } from "./apply-steps.js";
import type { Step } from "./steps.js";
import { beginJournal, findJournal, refuseJournal, type UndoJournal } from "./undo-journal.js";

/** Returns the folder of the undo journal, below a machine's root. */
const changesFolder = (root: string): string => join(root, "var/lib/rund-lab/changes");

/** A machine that a campaign has prepared. */
export interface PreparedMachine {
  /** Performs more steps, which are undone with the others. */
  perform(steps: readonly Step[]): Promise<void>;
  /** Undoes everything, the last step first. */
  restore(): Promise<void>;
}

/**
 * Prepares the machine for a campaign. Nothing is changed unless everything that is needed exists; if a step fails, the steps
 * before it are undone. After a crash, `restoreMachine` undoes them.
 *
 * @throws LabError of the step that failed; `RUND_CHANGES_BUSY`, `RUND_CHANGES_LEFT` as `beginJournal`
 */
export async function prepareMachine(steps: readonly Step[], machine: Machine): Promise<PreparedMachine> {
  checkSteps(steps, machine);
  const folder = changesFolder(machine.root);
  const journal = await withLock(folder, async () => beginJournal(folder));
  await applyOrUndo(steps, journal, machine);
  return { perform: more => applySteps(more, journal, machine), restore: () => undoAll(journal, machine) };
}

/**
 * Undoes the changes of a campaign that was killed.
 *
 * @returns false if there are none
 * @throws LabError `RUND_LOCKED` if another process is undoing them, `RUND_CHANGES_BUSY` if the campaign is running,
 * `RUND_CONFIG_FOREIGN` if something else has changed a file since (everything else is restored), or the error of a step that
 * fails
 */
export async function restoreMachine(machine: Machine): Promise<boolean> {
  const folder = changesFolder(machine.root);
  if (findJournal(folder) === undefined) return false;
  return withLock(folder, async () => {
    // read again under the lock, because another process may just have undone everything
    const journal = findJournal(folder);
    if (journal === undefined) return false;
    if (isAlive(journal.owner)) {
      throw new LabError("RUND_CHANGES_BUSY", "machine", `process ${journal.owner.pid} is still running its campaign`, {
        where: folder,
        hint: "stop it with Ctrl-C: it then undoes its changes itself",
      });
    }
    await undoAll(journal, machine);
    return true;
  });
}

/**
 * Makes sure that no campaign's changes are on this machine.
 *
 * @throws LabError `RUND_CHANGES_BUSY` if a living campaign has changed it, `RUND_CHANGES_LEFT` if a dead one has
 */
export const refuseChanges = ({ root }: Machine): void => refuseJournal(changesFolder(root));

/** Lists the files of this machine that a campaign has changed and not restored yet. */
export const changedFiles = ({ root }: Machine): readonly string[] => findJournal(changesFolder(root))?.files ?? [];

/**
 * Performs all planned steps of a journal. If one fails, the steps before it are undone.
 *
 * @throws LabError of the step that failed; `RUND_CHANGES_LEFT` if undoing fails too
 */
export async function applyOrUndo(steps: readonly Step[], journal: UndoJournal, machine: Machine): Promise<void> {
  try {
    await applySteps(steps, journal, machine);
    journal.complete();
  } catch (failure) {
    await undoAll(journal, machine).catch(second => {
      throw leftAfter(failure, second);
    });
    throw failure;
  }
}

function leftAfter(failure: unknown, second: unknown): LabError {
  const [first, then] = [failure, second].map(messageOf);
  return new LabError("RUND_CHANGES_LEFT", "machine", `${first}; then, while undoing the changes, ${then}`, {
    hint: "remove the cause, then run `rund-lab env restore`",
    cause: failure,
  });
}
