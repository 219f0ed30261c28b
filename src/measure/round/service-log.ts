import { requestTimes } from "../cri/stages/containerd-log.js";
import { GrowingFile } from "../system/growing-file.js";
import { elapsedMs } from "./clock.js";

/** Reads from containerd's own log the time at which each request of a round reached it. */
export class ServiceLog {
  readonly #log: GrowingFile;

  /** @param file containerd's log, in its usual text format with times to the nanosecond */
  constructor(file: string) {
    this.#log = new GrowingFile(file);
  }

  /** Skips the current content of the log; called before a round. */
  mark(): void {
    this.#log.mark();
  }

  /**
   * Returns the start skew as the service saw it: milliseconds from the first of these sandboxes' requests to the last.
   *
   * @param uids of all sandboxes of the round
   * @returns null unless the log contains a request for each of them
   */
  skewOf(uids: readonly string[]): number | null {
    const times = requestTimes(this.#log.appended());
    const found = uids.flatMap(uid => times.get(uid) ?? []);
    if (found.length < uids.length) return null;
    const ns =
      found.reduce((last, time) => (time > last ? time : last)) -
      found.reduce((first, time) => (time < first ? time : first));
    return elapsedMs(0n, ns);
  }
}
