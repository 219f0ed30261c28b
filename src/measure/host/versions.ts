import { execa } from "execa";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";

/**
 * Reads the content of versions.txt for a runtime, in the order of the paper's artifact: kernel, containerd, crictl, and the
 * programs in the runtime's declaration. If a program is missing or fails, its line says so.
 *
 * @param containerd the version that the service reports, because its program may not be the one on PATH; null if it is not
 * containerd
 * @param run returns a command's output; throws if it cannot be run
 */
export async function readVersions(
  runtime: RuntimeDeclaration,
  containerd: string | null,
  run: (argv: readonly string[]) => Promise<string> = runHere,
): Promise<string> {
  const engine = `containerd github.com/containerd/containerd ${containerd}`;
  const line = containerd === null ? "unavailable: the service's version" : engine;
  const entries = [{ command: ["uname", "-r"] }, { line }, { command: ["crictl", "--version"] }, ...runtime.versions];
  const outputs: string[] = [];
  for (const entry of entries) outputs.push("line" in entry ? entry.line : await output(entry.command, run));
  return `${outputs.join("\n")}\n`;
}

async function output(argv: readonly string[], run: (argv: readonly string[]) => Promise<string>): Promise<string> {
  try {
    return (await run(argv)).trimEnd();
  } catch {
    return `unavailable (${argv.join(" ")} failed)`;
  }
}

async function runHere([program, ...words]: readonly string[]): Promise<string> {
  const { stdout } = await execa(program!, words, { timeout: 10_000, stdin: "ignore" });
  return stdout;
}
