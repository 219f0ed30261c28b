import { execa } from "execa";
import type { RoundEvent } from "../../campaign-files/events.js";
import { elapsedMs, machineClock } from "../round/clock.js";

/**
 * Runs the `prepare` command of a round in a shell.
 *
 * @throws the signal's reason if it is aborted
 */
export async function runPrepare(command: string, signal: AbortSignal): Promise<NonNullable<RoundEvent["prepare"]>> {
  const startedNs = machineClock.nowNs();
  const { exitCode } = await execa("sh", ["-c", command], { reject: false, stdio: "ignore", cancelSignal: signal });
  signal.throwIfAborted();
  return { ms: elapsedMs(startedNs, machineClock.nowNs()), exitCode: exitCode ?? -1 };
}
