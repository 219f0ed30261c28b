import type { Content } from "../../jupyter/wire.js";
import type { ErrorContent } from "../channel/messages.js";
import type { Outlet, StreamName } from "../channel/pipe.js";
import { jsonOf } from "./serialise.js";
import type { Origin, Origins } from "./stop/origins.js";

/** How long an interrupted cell may still print, for its `finally` blocks. */
const graceMs = 100;

/** Sends the output of cells to the protocol thread, under the cell from which it comes. */
export class CellOutput {
  /** The interrupted cells for which a message was shown. */
  readonly #named = new WeakSet<Origin>();

  constructor(
    private readonly outlet: Outlet,
    private readonly origins: Origins,
  ) {}

  print(name: StreamName, bytes: Uint8Array): void {
    const origin = this.origins.current;
    if (this.#isShown(origin)) this.outlet.write(name, origin?.cell ?? 0, bytes);
  }

  /** @throws TypeError if the content cannot be JSON: an error of the cell that shows it */
  publish(type: string, content: Content, metadata?: Content, buffers?: readonly Uint8Array[]): void {
    const origin = this.origins.current;
    const json = jsonOf(content, type);
    if (!this.#isShown(origin)) return;
    const extras = {
      ...(metadata && { metadata: JSON.parse(jsonOf(metadata, "metadata")) as Content }),
      ...(buffers && { buffers }),
    };
    this.outlet.tell({ tell: "publish", cell: origin?.cell ?? 0, type, json, ...extras });
  }

  /** Shows an error of a cell that has finished: below that cell, and as a line on stderr of the running cell. */
  lateError(origin: Origin, content: ErrorContent): void {
    this.outlet.tell({ tell: "publish", cell: origin.cell, type: "error", json: jsonOf(content, "an error") });
    const running = this.origins.latest;
    if (running !== undefined && running !== origin && running.open) {
      const line = `${origin.name} failed after it had ended: ${content.ename}: ${content.evalue}\n`;
      this.outlet.write("stderr", running.cell, Buffer.from(line));
    }
  }

  /** Reports, once for each cell, that something continues after its interrupt. */
  nameLeftover(origin: Origin, what: string): void {
    if (this.#named.has(origin)) return;
    this.#named.add(origin);
    const line = `${origin.name} was interrupted, but ${what}. Its output is no longer shown; to end it, restart the kernel.\n`;
    this.outlet.write("stderr", origin.cell, Buffer.from(line));
  }

  #isShown(origin: Origin | undefined): boolean {
    if (origin?.silent === true) return false;
    if (origin?.interruptedAt === undefined || performance.now() - origin.interruptedAt < graceMs) return true;
    const place = new Error().stack?.split("\n")[1]?.trim() ?? "at an unknown place";
    this.nameLeftover(origin, `code that it called still prints (${place})`);
    return false;
  }
}
