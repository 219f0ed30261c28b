/**
 * The sink through which everything is displayed. A kernel installs it under `Symbol.for("rund-lab.display")`; `show`, `table`
 * and a cell's last expression write to it. Without our kernel, the sink is stock tslab's display, or otherwise text on stdout,
 * so nothing here needs a kernel.
 */

/** One thing to display, by MIME type: text for text types, base64 text or bytes for pictures, a value for JSON types. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface DisplayOptions {
  /** Hints for a MIME type, such as `{"image/png": {width: 640}}`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The id of the output, by which `update` can replace it. */
  readonly displayId?: string;
}

export interface DisplaySink {
  /** Displays a bundle below the running cell. */
  display(data: MimeBundle, options?: DisplayOptions): void;
  /** Replaces what was displayed under this id, in any cell. */
  update(displayId: string, data: MimeBundle, options?: Omit<DisplayOptions, "displayId">): void;
  /** Clears the running cell's output; with `wait`, only when the next output comes. */
  clear(wait?: boolean): void;
  /** Channels to widgets; undefined if there are none. */
  readonly comms?: Comms;
}

/** One message of a comm: JSON, and binary data. */
export interface CommMessage {
  readonly data: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Uint8Array[];
}

export interface CommOptions {
  /** The comm's id; by default a new one. */
  readonly id?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly buffers?: readonly Uint8Array[];
}

/** A channel between a cell's code and a widget in the front end. */
export interface Comm {
  readonly id: string;
  send(data: Readonly<Record<string, unknown>>, options?: Omit<CommOptions, "id">): void;
  close(data?: Readonly<Record<string, unknown>>): void;
  /** Called with each message of the front end. */
  received: ((message: CommMessage) => unknown) | undefined;
  /** Called when the front end closes the channel. */
  closed: ((message: CommMessage) => unknown) | undefined;
}

/** Opens channels to front ends, as Jupyter's widgets use them. */
export interface Comms {
  open(target: string, data: Readonly<Record<string, unknown>>, options?: CommOptions): Comm;
  /** Accepts channels that the front end opens under a target's name. */
  register(target: string, opened: (comm: Comm, message: CommMessage) => unknown): void;
}

export const displaySinkKey = Symbol.for("rund-lab.display");

/** Returns the sink that a kernel of this package has installed; undefined in other kernels. */
export const kernelSink = (): DisplaySink | undefined =>
  (globalThis as { [displaySinkKey]?: DisplaySink })[displaySinkKey];

/** Returns the sink of the kernel in which this code runs. */
export function displaySink(): DisplaySink {
  const globals = globalThis as {
    __tslab__?: { require(id: string): { display: TslabDisplay; newDisplay(): TslabDisplay } };
  };
  const own = kernelSink();
  if (own !== undefined) return own;
  const tslab = globals.__tslab__?.require("tslab");
  return tslab === undefined ? textSink : tslabSink(tslab);
}

interface TslabDisplay {
  raw(mime: string, data: unknown): void;
}

/** The types of a bundle in order of preference, if only one can be displayed. */
const preference = ["text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain"];

function bestOf(data: MimeBundle): [mime: string, value: unknown] {
  const mime = preference.find(type => type in data) ?? Object.keys(data)[0] ?? "text/plain";
  return [mime, data[mime] ?? ""];
}

/** Returns a sink for stock tslab, which accepts one MIME type per call and numbers its displays itself. */
function tslabSink(tslab: { display: TslabDisplay; newDisplay(): TslabDisplay }): DisplaySink {
  return {
    display(data, options) {
      if (options?.displayId === undefined) return tslab.display.raw(...bestOf(data));
      const named = tslab.newDisplay();
      tslabDisplays.set(options.displayId, named);
      named.raw(...bestOf(data));
    },
    update(displayId, data) {
      (tslabDisplays.get(displayId) ?? tslab.display).raw(...bestOf(data));
    },
    clear() {},
  };
}

const tslabDisplays = new Map<string, TslabDisplay>();

const textSink: DisplaySink = {
  display: data => void process.stdout.write(`${plainText(data)}\n`),
  update: (_, data) => textSink.display(data),
  clear() {},
};

/** Returns a bundle's plain text, or the names of its MIME types if it has none. */
function plainText(data: MimeBundle): string {
  return String(data["text/plain"] ?? `[${Object.keys(data).join(", ")}]`);
}
