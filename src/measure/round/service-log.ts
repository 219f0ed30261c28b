import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { requestTimes } from "../cri/containerd-log.js";
import { elapsedMs } from "./clock.js";

/**
 * What containerd's own log says of a round: when each request reached it.
 *
 * Only what was written since `mark` is read; lines other than the wanted ones are passed over.
 */
export class ServiceLog {
  readonly #file: string;
  #from = 0;

  /** @param file containerd's log, in its usual text format with times to the nanosecond */
  constructor(file: string) {
    this.#file = file;
  }

  /** Before a round: what is in the log by now does not count. */
  mark(): void {
    this.#from = this.#read(Number.POSITIVE_INFINITY).end;
  }

  /**
   * Start skew as the service saw it: milliseconds from the first of these sandboxes' requests to the last.
   *
   * @param uids of all sandboxes of the round
   * @returns null unless the log has a request of each
   */
  skewOf(uids: readonly string[]): number | null {
    const times = requestTimes(this.#read(this.#from).text);
    const found = uids.flatMap(uid => times.get(uid) ?? []);
    if (found.length < uids.length) return null;
    const ns =
      found.reduce((last, time) => (time > last ? time : last)) -
      found.reduce((first, time) => (time < first ? time : first));
    return elapsedMs(0n, ns);
  }

  #read(from: number): { text: string; end: number } {
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, "r");
    } catch {
      return { text: "", end: 0 };
    }
    try {
      const end = fstatSync(descriptor).size;
      const bytes = Buffer.alloc(Math.max(0, end - from));
      const count = bytes.length === 0 ? 0 : readSync(descriptor, bytes, 0, bytes.length, from);
      return { text: bytes.toString("utf8", 0, count), end };
    } finally {
      closeSync(descriptor);
    }
  }
}
