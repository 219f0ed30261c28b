import cliProgress from "cli-progress";
import { type Io, printable } from "./io.js";

/**
 * Returns a bar on one line of a terminal; longer text is cut off. Until it is stopped, nothing else may be written to that
 * terminal. Its cursor is hidden and its lines do not wrap.
 *
 * @param format `{bar}`, `{value}`, `{total}`, and our own names, whose text each update passes
 */
export const terminalBar = (io: Io, format: string): cliProgress.SingleBar =>
  new cliProgress.SingleBar({
    stream: io.stderr as NodeJS.WriteStream,
    format,
    barsize: 24,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });

/**
 * Does a task of a known number of steps, with a bar on stderr if that is a terminal; otherwise nothing is shown. Use `note` for
 * text that must also appear without a terminal.
 *
 * @param task the task's name, shown before the bar
 * @param work calls `step` after each step, with the text beside the bar
 */
export async function withBar<Result>(
  io: Io,
  task: string,
  steps: number,
  work: (step: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  if (io.quiet || io.stderr.isTTY !== true) return work(() => {});
  const bar = terminalBar(io, `${task} {bar} {value}/{total} {text}`);
  bar.start(steps, 0, { text: "" });
  try {
    return await work(text => bar.increment(1, { text: printable(text) }));
  } finally {
    bar.stop();
  }
}
