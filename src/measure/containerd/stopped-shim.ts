import { endProcess, findProcesses, isStopped } from "../system/process-identity.js";
import { follows } from "./census/processes.js";

/**
 * Ends the shim of a sandbox that will be removed, if the shim is stopped (SIGSTOP): it would not answer, and containerd would
 * wait for minutes. containerd then removes the sandbox as after any shim's death.
 *
 * @param id the sandbox's id
 * @returns the shim's pid; undefined if the shim is not stopped
 */
export function endStoppedShim(id: string): number | undefined {
  const isShim = (words: readonly string[]) =>
    /(^|\/)containerd-shim/.test(words[0] ?? "") && follows(words, "-id", id);
  const stopped = findProcesses(isShim).find(({ pid }) => isStopped(pid));
  if (stopped === undefined) return undefined;
  void endProcess(stopped, 0);
  return stopped.pid;
}
