import cliProgress from "cli-progress";
import { type Io, printable } from "./io.js";

/** Progress of a task with a known number of steps. */
export interface Progress {
  /** One step done; the text names the next, or what was done. */
  step(text: string): void;
  /** Takes the bar away; to be called however the task ends. */
  stop(): void;
}

/**
 * Returns a bar on one line of a terminal; what does not fit is cut off. Until it is stopped, nothing else may be
 * written to that terminal, whose cursor is hidden and whose lines do not wrap meanwhile.
 *
 * @param format `{bar}`, `{value}`, `{total}`, and words of our own that each update brings along
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
 * Returns a bar on stderr where that is a terminal, and nothing elsewhere: what must also appear without a terminal is printed
 * by `note`.
 *
 * @param task what is done, for the front of the bar
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
