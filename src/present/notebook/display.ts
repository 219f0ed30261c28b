/**
 * The one place everything is shown through. A kernel installs a sink under `Symbol.for("rund-lab.display")`; `show`,
 * `table` and a cell's last expression write to it. Without our kernel the sink is stock tslab's display, and without
 * that, text on stdout: so nothing here needs a kernel.
 */

import { escapeHtml } from "../html.js";

/** One thing to show, by MIME type: text for text types, base64 text or bytes for pictures, a value for JSON types. */
export type MimeBundle = Readonly<Record<string, unknown>>;

export interface DisplayOptions {
  /** Hints for a MIME type, such as `{"image/png": {width: 640}}`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Names the output, so that `update` can replace it. */
  readonly displayId?: string;
}

export interface DisplaySink {
  /** Shows a bundle below the running cell. */
  display(data: MimeBundle, options?: DisplayOptions): void;
  /** Replaces what was displayed under this id, wherever it stands. */
  update(displayId: string, data: MimeBundle, options?: Omit<DisplayOptions, "displayId">): void;
  /** Clears the running cell's output, with `wait` only when the next output comes. */
  clear(wait?: boolean): void;
}

export const displaySinkKey = Symbol.for("rund-lab.display");

/** The method by which a value says how it wants to be shown: it returns a bundle, or a promise of one. */
export const mimeKey = Symbol.for("rund-lab.mime");

/** A value that knows how to show itself. */
export interface Showable {
  [mimeKey](): MimeBundle | Promise<MimeBundle>;
}

/** The sink of the kernel this code runs in. */
export function displaySink(): DisplaySink {
  const globals = globalThis as {
    [displaySinkKey]?: DisplaySink;
    __tslab__?: { require(id: string): { display: TslabDisplay; newDisplay(): TslabDisplay } };
  };
  const own = globals[displaySinkKey];
  if (own !== undefined) return own;
  const tslab = globals.__tslab__?.require("tslab");
  return tslab === undefined ? textSink : tslabSink(tslab);
}

interface TslabDisplay {
  raw(mime: string, data: unknown): void;
}

/** Types worth showing where only one can be shown, best first. */
const preference = ["text/html", "image/svg+xml", "image/png", "image/jpeg", "text/markdown", "text/plain"];

function bestOf(data: MimeBundle): [mime: string, value: unknown] {
  const mime = preference.find(type => type in data) ?? Object.keys(data)[0] ?? "text/plain";
  return [mime, data[mime] ?? ""];
}

/** Stock tslab takes one MIME type a call, and numbers its displays itself. */
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
  display(data) {
    process.stdout.write(`${plainText(data)}\n`);
  },
  update(_, data) {
    process.stdout.write(`${plainText(data)}\n`);
  },
  clear() {},
};

/** A bundle's plain text, or, for want of one, the names of what it holds. */
function plainText(data: MimeBundle): string {
  return String(data["text/plain"] ?? `[${Object.keys(data).join(", ")}]`);
}

/**
 * How a value shows itself: by its own method, as a table if it is a danfo frame or series, else not at all.
 *
 * @returns undefined for a value that is best shown as text
 */
export async function bundleOf(value: unknown): Promise<MimeBundle | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const own = (value as Partial<Showable>)[mimeKey];
  if (typeof own === "function") return own.call(value as Showable);
  return isFrame(value) ? frameBundle(value) : undefined;
}

/** What danfo's DataFrame and Series have in common; recognised by shape, for it may be any copy of danfo. */
interface Frame {
  readonly $isSeries: boolean;
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly unknown[];
}

function isFrame(value: object): value is Frame {
  const frame = value as Partial<Frame>;
  return typeof frame.$isSeries === "boolean" && Array.isArray(frame.columns) && Array.isArray(frame.index);
}

/** Rows of a frame that are shown; a line below says how many there are. */
const shownRows = 60;

function frameBundle(frame: Frame): MimeBundle {
  const rows = frame.index.slice(0, shownRows).map((label, row) => {
    const values = frame.values[row];
    return [label, ...(Array.isArray(values) ? values : [values])];
  });
  const header = ["", ...frame.columns];
  const more = frame.index.length - rows.length;
  const size = `${frame.index.length} rows × ${frame.columns.length} columns`;
  const tag = (name: string) => (cell: unknown) => `<${name}>${escapeHtml(cellText(cell))}</${name}>`;
  const html = [
    "<table>",
    `<thead><tr>${header.map(tag("th")).join("")}</tr></thead>`,
    "<tbody>",
    ...rows.map(([label, ...cells]) => `<tr>${tag("th")(label)}${cells.map(tag("td")).join("")}</tr>`),
    "</tbody>",
    "</table>",
    ...(more > 0 ? [`<p>${size}</p>`] : []),
  ].join("\n");
  return {
    "text/html": html,
    "text/plain": [...columnsOfText([header, ...rows]), ...(more > 0 ? [size] : [])].join("\n"),
  };
}

const cellText = (cell: unknown): string => (cell === null || cell === undefined ? "" : String(cell));

/** Rows as lines with columns aligned to the right. */
function columnsOfText(rows: readonly (readonly unknown[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => cellText(row[column]).length)));
  return rows.map(row => widths.map((width, column) => cellText(row[column]).padStart(width)).join("  "));
}
