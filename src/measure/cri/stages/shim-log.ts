import { GrowingFile } from "../../system/growing-file.js";
import { epochMs } from "../grpc/timestamp.js";
import { type ContainerdEvent, reported } from "./events.js";

/**
 * Reads from containerd's log when the shim of each sandbox was ready: 1.6 copies the shim's own first line, 2.x logs that it
 * connects to it, 1.7 logs neither.
 *
 * @param log whole lines of containerd's log
 * @example shimStarts('time="1970-01-01T00:00:02Z" level=info msg="connecting to shim ab12" address="unix:///a"') // [{ topic: "shim up", id: "ab12", epochMs: 2000 }]
 */
export function shimStarts(log: string): readonly ContainerdEvent[] {
  const line =
    /^time="([^"]+)" .*msg="(?:starting signal loop" .*path=\S*\/([0-9a-f]+) |connecting to shim ([0-9a-f]+)")/gm;
  return [...log.matchAll(line)].flatMap(([, time = "", first, second]) =>
    Number.isNaN(Date.parse(time)) ? [] : [{ topic: reported.shim, id: first ?? second ?? "", epochMs: epochMs(time) }],
  );
}

/** Returns a source of the shims' moments in containerd's log from now on. */
export class ShimLog {
  readonly #log: GrowingFile;
  /** Entries of a log are available at once, so nothing is waited for. */
  readonly broken = true;

  constructor(file: string) {
    this.#log = new GrowingFile(file);
    this.#log.mark();
  }

  events(): readonly ContainerdEvent[] {
    return shimStarts(this.#log.appended());
  }

  close(): void {}
}
