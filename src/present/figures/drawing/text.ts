/**
 * Returns text from a log, a folder's name or a table, safe for a figure. Plotly interprets `<b>`, `<a href>`, entities and `$…$`
 * in its labels; these are escaped, so that they appear literally. The result is one line without control characters; a long text
 * is shortened in the middle.
 *
 * @param limit maximum number of characters, including the ellipsis
 * @example plain("<b>R&D</b>") // "&#60;b&#62;R&#38;D&#60;/b&#62;"
 * @example plain("a-very-long-name", 9) // "a-ve…name"
 */
export function plain(text: string, limit = 32): string {
  return escaped(clipped(text, limit));
}

/**
 * Returns a text in one line of at most `limit` characters; a longer one is shortened in the middle.
 *
 * @example clipped("a-very-long-name", 9) // "a-ve…name"
 */
export function clipped(text: string, limit: number): string {
  const characters = [...text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, " ")];
  if (characters.length <= limit) return characters.join("");
  const head = Math.ceil((limit - 1) / 2);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - (limit - 1 - head)).join("")}`;
}

const escaped = (text: string) => text.replace(/[&<>$%]/g, character => `&#${character.charCodeAt(0)};`);

/**
 * Formats a time for people, to three significant digits.
 *
 * @example formatMs(84.22) // "84.2 ms"
 * @example formatMs(27205.4) // "27.2 s"
 */
export const formatMs = (ms: number): string => (ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`);

/**
 * Returns a number to three significant digits, whole above 100.
 *
 * @example digits(0.58321) // "0.583"
 * @example digits(1084.72) // "1085"
 */
export const digits = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

/**
 * Returns words as a list.
 *
 * @example listed(["a", "b", "c"]) // "a, b and c"
 */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;

/**
 * Returns numbers as a list, in which neighbours of a grid become a range.
 *
 * @example ranges([1, 10, 100, 400], [1, 10, 20, 100, 200, 400]) // "1–10, 100 and 400"
 */
export function ranges(some: readonly number[], all: readonly number[]): string {
  const runs: number[][] = [];
  for (const value of all) {
    if (!some.includes(value)) continue;
    const run = runs[runs.length - 1];
    const before = all[all.indexOf(value) - 1];
    if (run !== undefined && before !== undefined && run[run.length - 1] === before) run.push(value);
    else runs.push([value]);
  }
  return listed(runs.map(run => (run.length === 1 ? `${run[0]}` : `${run[0]}–${run[run.length - 1]}`)));
}

/**
 * Joins sentences; empty ones are left out.
 *
 * @example sentences("One.", "", "Two.") // "One. Two."
 */
export const sentences = (...all: readonly string[]): string => all.filter(one => one !== "").join(" ");

/**
 * Returns the caption's words for values that a logarithmic axis cannot show.
 *
 * @example zeros(2) // "2 values of zero or below cannot be shown on the logarithmic axis and leave gaps."
 */
export const zeros = (count: number): string =>
  count === 0
    ? ""
    : count === 1
      ? "A value of zero or below cannot be shown on the logarithmic axis and leaves a gap."
      : `${count} values of zero or below cannot be shown on the logarithmic axis and leave gaps.`;

/**
 * Returns a cell of cold starts in words, without its runtime.
 *
 * @example atOnce({ concurrency: 10, density: 100 }) // "10 at once on top of 100"
 */
export const atOnce = ({ concurrency, density }: { readonly concurrency: number | null; readonly density: number }) =>
  `${concurrency} at once${density > 0 ? ` on top of ${density}` : ""}`;
