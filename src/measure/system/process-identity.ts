import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { pidsIn, procFolder, readProc, statOf } from "../host/proc.js";

/** The identity of a process in a file. If its pid was given to another process, the start time differs. */
export const processIdentity = z.strictObject({
  pid: z
    .int()
    .min(1)
    .max(2 ** 22),
  /** Clock ticks from boot to the process's start. */
  startTicks: z.int().min(0),
  /** The kernel's id of this boot; ticks of a different boot are not comparable. */
  bootId: z.string(),
});

/** Identifies one process, even after its pid was given to another. */
export type ProcessIdentity = Readonly<z.infer<typeof processIdentity>>;

/** Returns the identity of a running process; undefined if it does not exist or is a zombie. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readProc(`${procFolder}/${pid}/stat`);
  if (stat === undefined) return undefined;
  const { fields } = statOf(stat);
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  return { pid, startTicks: Number(fields[19]), bootId: bootId() };
}

/** Whether the identified process still runs: neither ended, a zombie, nor replaced by another process with its pid. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid);
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId;
}

/** Returns every running process whose command line, as words, satisfies `matches`; never this process itself. */
export function findProcesses(matches: (words: readonly string[]) => boolean): ProcessIdentity[] {
  return pidsIn(procFolder)
    .filter(pid => pid !== process.pid)
    .filter(pid => matches((readProc(`${procFolder}/${pid}/cmdline`) ?? "").split("\0").slice(0, -1)))
    .flatMap(pid => identify(pid) ?? []);
}

/** Returns the command line of a process, its words separated by spaces; empty if the process does not exist. */
export const commandLineOf = (pid: number): string =>
  (readProc(`${procFolder}/${pid}/cmdline`) ?? "").replaceAll("\0", " ").trimEnd();

/** Whether a process is stopped by a signal or a debugger; it answers nothing until it is continued. */
export const isStopped = (pid: number): boolean =>
  ["T", "t"].includes(statOf(readProc(`${procFolder}/${pid}/stat`) ?? "").fields[0] ?? "");

/**
 * Ends a process: SIGTERM, and SIGKILL if it still exists after a while.
 *
 * @param politeMs maximum time after SIGTERM; 0 sends SIGKILL at once
 * @returns whether it has ended (a process that is blocked in the kernel may not)
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

/** Returns the kernel's id of this boot, a UUID; empty if it cannot be read. */
export const bootId = (): string => readProc(`${procFolder}/sys/kernel/random/boot_id`)?.trim() ?? "";
