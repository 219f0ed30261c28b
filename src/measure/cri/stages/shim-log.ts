import { GrowingFile } from "../../system/growing-file.js";
import { epochMs } from "../grpc/timestamp.js";
import { type ContainerdEvent, reported } from "./events.js";

/**
 * Reads the time at which each sandbox's shim was ready from containerd's log. containerd 1.6 copies the shim's own first line, 2.x
 * logs its connection to the shim, and 1.7 logs neither.
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

/** Reads the shims' events from the lines that are appended to containerd's log from now on. */
export class ShimLog {
  readonly #log: GrowingFile;
  /** Always true, because the entries of a log are available at once, so a reader need not wait for further events. */
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
