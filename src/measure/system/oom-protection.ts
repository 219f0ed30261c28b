import { writeFileSync } from "node:fs";
import { readProc } from "../host/proc.js";
import { identify, isAlive, type ProcessIdentity } from "./process-identity.js";

/** The value to which oom_score_adj is lowered: below every ordinary process, and above those that must never be killed. */
const spared = -900;

/** A process that the OOM killer should spare, and its original score. */
export interface SparedProcess extends ProcessIdentity {
  readonly scoreBefore: string;
}

/**
 * Makes the kernel's OOM killer spare processes, if rund-lab may do so: lowering a score needs CAP_SYS_RESOURCE.
 *
 * @param note receives the processes before any score is changed, so that none is forgotten after a kill
 * @returns a function that restores the old scores
 */
export function spareFromOom(
  pids: readonly (number | "self")[],
  note: (processes: readonly SparedProcess[]) => void,
): () => void {
  const processes = pids.flatMap(pid => {
    const identity = identify(pid === "self" ? process.pid : pid);
    if (identity === undefined) return [];
    const scoreBefore = readScore(identity.pid);
    return scoreBefore === undefined || Number(scoreBefore) <= spared ? [] : [{ ...identity, scoreBefore }];
  });
  if (processes.length > 0) note(processes);
  for (const { pid } of processes) writeScore(pid, String(spared));
  return () => restoreScores(processes);
}

/** Restores the scores of those processes that still exist. */
export function restoreScores(processes: readonly SparedProcess[]): void {
  for (const each of processes) if (isAlive(each)) writeScore(each.pid, each.scoreBefore);
}

const fileOf = (pid: number): string => `/proc/${pid}/oom_score_adj`;

const readScore = (pid: number): string | undefined => readProc(fileOf(pid))?.trim();

function writeScore(pid: number, score: string): void {
  try {
    writeFileSync(fileOf(pid), score);
  } catch {
    // the process has ended, or rund-lab may not change it
  }
}
