import cliProgress from "cli-progress";
import { type Io, printable } from "./io.js";

/** Progress of a task with a known number of steps. */
export interface Progress {
  /** Marks one step as done; the text names the next step, or the finished one. */
  step(text: string): void;
  /** Removes the bar; must be called whether the task succeeds or fails. */
  stop(): void;
}

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
 * Returns a bar on stderr if that is a terminal; otherwise nothing is shown. Use `note` for text that must also appear without a
 * terminal.
 *
 * @param task the task's name, shown before the bar
 */
export function progressBar(io: Io, task: string, steps: number): Progress {
  if (io.quiet || io.stderr.isTTY !== true) return { step() {}, stop() {} };
  const bar = terminalBar(io, `${task} {bar} {value}/{total} {text}`);
  bar.start(steps, 0, { text: "" });
  return {
    step: text => bar.increment(1, { text: printable(text) }),
    stop: () => bar.stop(),
  };
}
