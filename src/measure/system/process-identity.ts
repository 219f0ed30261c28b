import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { pidsIn, procFolder, readProc, statOf } from "../host/proc.js";

/** How a process is written down: a pid that was given to another process has another start time. */
export const processIdentity = z.strictObject({
  pid: z
    .int()
    .min(1)
    .max(2 ** 22),
  /** Clock ticks from boot to the process's start. */
  startTicks: z.int().min(0),
  /** The kernel's id of this boot; ticks of another boot mean nothing. */
  bootId: z.string(),
});

/** One process, also after its pid was given to another. */
export type ProcessIdentity = Readonly<z.infer<typeof processIdentity>>;

/** Returns the identity of a running process; undefined if there is none, or only a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`${procFolder}/${pid}/stat`);
  if (stat === undefined) return undefined;
  const { fields } = statOf(stat);
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, startTicks: Number(fields[19]), bootId: bootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/**
 * Returns every running process whose command line, word by word, is what `matches` looks for; never this process
 * itself.
 */
export function findProcesses(matches: (words: readonly string[]) => boolean): ProcessIdentity[] {
  return pidsIn(procFolder)
    .filter(pid => pid !== process.pid)
    .filter(pid => matches((readProc(`${procFolder}/${pid}/cmdline`) ?? "").split("\0").slice(0, -1)))
    .flatMap(pid => identify(pid) ?? []);
}

/** Returns the command line of a process, its words separated by spaces; empty if there is no such process. */
export const commandLineOf = (pid: number): string =>
  (readProc(`${procFolder}/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trimEnd();

/** Whether a process is stopped, by a signal or by a debugger: it answers nothing until it is continued. */
export const isStopped = (pid: number): boolean =>
  ["T", "t"].includes(statOf(readProc(`${procFolder}/${pid}/stat`) ?? "").fields[0] ?? "");

/**
 * Ends a process: SIGTERM, and SIGKILL if it is still there after a while.
 *
 * @param politeMs how long it may take after SIGTERM; 0 for SIGKILL at once
 * @returns whether it is gone (a process stuck in the kernel may not be)
 */
export async function endProcess(identity: ProcessIdentity, politeMs: number): Promise<boolean> {
  const gone = async (signal: "SIGTERM" | "SIGKILL", withinMs: number) => {
    const deadline = performance.now() + withinMs;
    if (isAlive(identity)) sendSignal(identity.pid, signal);
    while (isAlive(identity) && performance.now() < deadline) await delay(5);
    return !isAlive(identity);
  };
  return (politeMs > 0 && (await gone("SIGTERM", politeMs))) || (await gone("SIGKILL", 5_000));
}

function sendSignal(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

export const bootId = (): string => readProc(`${procFolder}/sys/kernel/random/boot_id`)?.trim() ?? "";
