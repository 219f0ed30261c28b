import { escapeHtml } from "../html.js";

/** Markup that is safe to put into a page as it is: made by `html`, never taken from data. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | readonly (Markup | string | number)[] | undefined;

/**
 * A template whose values are escaped, unless they are markup themselves; lists are joined, undefined is nothing. Whatever
 * comes from logs or folder names goes through here.
 *
 * @example html`<b>${"a < b"}</b>`.text // "<b>a &lt; b</b>"
 */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  let text = strings[0] ?? "";
  values.forEach((value, index) => {
    text += render(value) + (strings[index + 1] ?? "");
  });
  return new Markup(text);
}

function render(value: Part): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(render).join("");
  return escapeHtml(String(value));
}
