import cliProgress from "cli-progress";
import { type Io, printable } from "./io.js";

/** Progress of a task of so many steps. */
export interface Progress {
  /** One step done; the text names the next, or what was done. */
  step(text: string): void;
  /** Takes the bar away; to be called however the task ends. */
  stop(): void;
}

/**
 * A bar on stderr where that is a terminal, and nothing elsewhere: what must be told without a terminal is told by `note`.
 *
 * @param task what is done, for the front of the bar
 */
export function progressBar(io: Io, task: string, steps: number): Progress {
  if (io.quiet || io.stderr.isTTY !== true) return { step() {}, stop() {} };
  const bar = new cliProgress.SingleBar({
    stream: io.stderr as NodeJS.WriteStream,
    format: `${task} {bar} {value}/{total} {text}`,
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
  });
  bar.start(steps, 0, { text: "" });
  return {
    step: text => bar.increment(1, { text: printable(text) }),
    stop: () => bar.stop(),
  };
}
