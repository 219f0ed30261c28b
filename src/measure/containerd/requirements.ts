import { execa } from "execa";
import { LabError } from "../../model/errors.js";
import { findProgram } from "../system/programs.js";

/** Checks that this process runs as root. @throws LabError `RUND_ENV_ROOT` */
export function mustBeRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new LabError("RUND_ENV_ROOT", "machine", "a private containerd needs root", { hint: "run it with sudo" });
}

/**
 * Returns the full path of a required program.
 *
 * @throws LabError `RUND_ENV_PROGRAM`
 */
export function requireProgram(name: string, path: string): string {
  const program = findProgram(name, path);
  if (program !== undefined) return program;
  throw new LabError("RUND_ENV_PROGRAM", "machine", `${name} is not installed`, {
    hint: "environment/setup-debian.sh installs containerd and the OCI runtimes; environment/README.md describes the others",
  });
}

/**
 * Checks that the sockets in a folder have paths of at most 107 bytes, the limit of unix sockets.
 *
 * @throws LabError `RUND_ENV_FOLDER`
 */
export function checkSocketLength(socket: string, folder: string): void {
  const length = Buffer.byteLength(socket);
  if (length <= 107) return;
  throw new LabError("RUND_ENV_FOLDER", "usage", "its path is too long for the sockets in it", {
    where: folder,
    expected: "at most 107 bytes for a socket's path",
    found: `${length}`,
    hint: "choose a shorter --folder",
  });
}

/**
 * Checks that a containerd can send spans. Version 1.6 has no OpenTelemetry; 1.7 has it, but Debian's build sends nothing.
 *
 * @param version the numbers of its version
 * @throws LabError `RUND_ENV_OTEL`
 */
export function requireSpans(version: readonly number[]): void {
  if ((version[0] ?? 0) >= 2) return;
  throw new LabError("RUND_ENV_OTEL", "machine", "this containerd does not send spans", {
    where: "--otel",
    expected: "containerd 2.0 or later",
    found: version.join("."),
    hint: "omit --otel: events and the log give stages without spans",
  });
}

/**
 * Returns the numbers of a containerd's version, such as 2, 1, 9; if it does not report one, those of the oldest supported
 * version.
 */
export async function containerdVersion(program: string): Promise<readonly number[]> {
  const { stdout } = await execa(program, ["--version"], { reject: false, stdin: "ignore" });
  const numbers = /\bv?(\d+)\.(\d+)\.(\d+)/.exec(stdout)?.slice(1).map(Number);
  return numbers ?? [1, 6, 0];
}
