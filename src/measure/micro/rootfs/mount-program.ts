import { execa } from "execa";
import { LabError } from "../../../model/errors.js";

/** Runs mount, umount, or a program that makes a file system. @throws LabError `RUND_MOUNT` with the program's message */
export async function runMount(program: string, words: readonly string[], hint?: string): Promise<void> {
  const { failed, stderr, shortMessage } = await execa(program, words, { reject: false, stdin: "ignore" });
  if (failed) throw mountError(program, stderr.split("\n")[0] || (shortMessage ?? ""), hint);
}

/** Returns the error of a program that failed to mount, to unmount or to make a file system. */
export const mountError = (
  program: string,
  found: string,
  hint = "run as root, where mounts and loop devices are allowed; `dmesg` has the kernel's reason",
): LabError => new LabError("RUND_MOUNT", "machine", `${program} failed: ${found}`, { hint });
