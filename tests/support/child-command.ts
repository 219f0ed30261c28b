import { spawn } from "node:child_process";
import { join } from "node:path";
import { identify } from "../../src/measure/system/process-identity.js";
import { projectRoot } from "./needs.js";

/** A command line in a process of its own, to be interrupted or killed. */
export interface ChildCommand {
  /** The exit code; null if a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Its output on stdout and stderr so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading its output, like a pipe's reader that has ended. */
  leave(): void;
  /** Waits until it has written something. */
  said(what: RegExp): Promise<void>;
}

export function childCommand(cwd: string, words: readonly string[], env = process.env): ChildCommand {
  const loader = join(projectRoot, "node_modules/tsx/dist/loader.mjs");
  const main = join(projectRoot, "src/cli/main.ts");
  const child = spawn(process.execPath, ["--import", `file://${loader}`, main, ...words], { cwd, env });
  let output = "";
  child.stdout.on("data", chunk => (output += chunk));
  child.stderr.on("data", chunk => (output += chunk));
  return {
    ended: new Promise(resolve => child.on("close", code => resolve(code))),
    output: () => output,
    kill: signal => child.kill(signal),
    leave() {
      child.stdout.destroy();
      child.stderr.destroy();
    },
    said: what => until(() => what.test(output), `its output does not match ${what}`),
  };
}

/** Waits for a condition, 30 s at most unless another limit is given. */
export async function until(
  condition: () => boolean,
  otherwise: string | (() => string) = "the condition did not become true in time",
  withinMs = 30_000,
): Promise<void> {
  const began = performance.now();
  while (!condition()) {
    if (performance.now() - began > withinMs) throw new Error(typeof otherwise === "string" ? otherwise : otherwise());
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

/** Waits until a process that the test did not start itself has ended. */
export const untilEnded = (pid: number): Promise<void> =>
  until(() => identify(pid) === undefined, `process ${pid} still runs`);
