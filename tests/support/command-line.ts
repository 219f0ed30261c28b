import { runCommandLine } from "../../src/cli/program.js";

/** The result of a command line: its exit code and its output. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with streams of its own. */
export async function lab(
  words: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    /** Standard output is a terminal that draws block characters. */
    readonly terminal?: boolean;
  } = {},
): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  const code = await runCommandLine(words, {
    stdout: { write: text => (stdout += text), isTTY: options.terminal === true },
    stderr: { write: text => (stderr += text) },
    env: options.env ?? (options.terminal === true ? { LANG: "C.UTF-8", TERM: "xterm" } : {}),
    cwd: options.cwd ?? process.cwd(),
    quiet: false,
  });
  return { code, stdout, stderr };
}
