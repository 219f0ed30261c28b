import { exitCodes } from "../../model/errors.js";
import { type Io, note } from "./io.js";

/** A listener for Ctrl-C (SIGINT) and SIGTERM, for work that must clean up before it ends. */
interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * Listens for Ctrl-C: the first lets the work clean up and end, the second quits immediately.
 *
 * @param left returns a sentence about what the second leaves behind
 */
export function onInterruption(io: Io, left: () => string): Interruption {
  const controller = new AbortController();
  const listen = () => {
    if (controller.signal.aborted) {
      io.stderr.write(`stopped at once. ${left()}\n`);
      process.exit(exitCodes.interrupted);
    }
    // this comes first, because it removes the progress bar from the terminal
    controller.abort();
    note(io, "interrupted: cleaning up, which may take a while (press Ctrl-C again to quit at once)");
  };
  process.on("SIGINT", listen);
  process.on("SIGTERM", listen);
  return {
    signal: controller.signal,
    stop() {
      process.off("SIGINT", listen);
      process.off("SIGTERM", listen);
    },
  };
}
