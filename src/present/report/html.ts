import { escapeHtml } from "../html.js";

/** Markup that is safe in a page: all text from data in it is escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** The values that a template accepts. */
type Filling = Markup | string | number | readonly (Markup | string | number)[] | undefined;

/**
 * Returns a template whose values are escaped, unless they are markup themselves; lists are joined, and undefined gives nothing.
 * All text from logs or folder names is inserted through this function.
 *
 * @example html`<b>${"a < b"}</b>`.text // "<b>a &lt; b</b>"
 */
export function html(strings: TemplateStringsArray, ...values: readonly Filling[]): Markup {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += render(value) + (strings[index + 1] ?? "");
  });
  return new Markup(text);
}

function render(value: Filling): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(render).join("");
  return escapeHtml(String(value));
}

/** Returns a text whose lines do not break between a number and its unit. */
export const unbroken = (text: string): string => text.replace(/(?<=\d) (?=(?:ms|s|[KMG]i?B|points)\b|%)/g, "\u00a0");

/** Returns a table that may be wider than the page: it scrolls, also with the keyboard. */
export const scrolling = (label: string, table: Markup): Markup =>
  html`<div class="wide" role="region" aria-label="${label}" tabindex="0">${table}</div>`;

/** Returns a part of the page that a reader can unfold. */
export const folded = (summary: string, body: Markup): Markup =>
  html`<details class="fold"><summary>${summary}</summary>${body}</details>`;
