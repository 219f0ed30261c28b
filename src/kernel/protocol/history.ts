/** One executed cell: session number, cell number, code, and the text of the last expression's value, if there is one. */
interface Entry {
  readonly session: number;
  readonly line: number;
  readonly code: string;
  readonly output: string | null;
}

/** The fields of a history_request. */
export interface HistoryQuery {
  readonly hist_access_type?: unknown;
  readonly output?: unknown;
  readonly session?: unknown;
  readonly start?: unknown;
  readonly stop?: unknown;
  readonly n?: unknown;
  readonly pattern?: unknown;
  readonly unique?: unknown;
}

/** One row of a history_reply; if the request asks for `output`, the code comes with the text of its value. */
type HistoryRow = readonly [session: number, line: number, input: string | readonly [string, string | null]];

/** The cells of this session, oldest first. Sessions are not kept: this one is number 1, in requests also 0. */
export class History {
  readonly #entries: Entry[] = [];

  add(line: number, code: string, output: string | null): void {
    this.#entries.push({ session: 1, line, code, output });
  }

  /** Returns rows in the order of execution; none for an unknown access type or another session. */
  rows(query: HistoryQuery): HistoryRow[] {
    return this.#select(query).map(({ session, line, code, output }) => [
      session,
      line,
      query.output === true ? [code, output] : code,
    ]);
  }

  #select({ hist_access_type: type, session, start, stop, n, pattern, unique }: HistoryQuery): readonly Entry[] {
    const count = typeof n === "number" ? n : undefined;
    if (type === "tail") return last(this.#entries, count);
    if (type === "range") {
      // a negative session counts back from this one; earlier sessions are not kept
      if (session !== undefined && session !== 0 && session !== 1) return [];
      const from = typeof start === "number" ? start : 0;
      const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
      return this.#entries.filter(({ line }) => line >= from && line < to);
    }
    if (type === "search") {
      const glob = globPattern(typeof pattern === "string" ? pattern : "*");
      let found = this.#entries.filter(({ code }) => glob.test(code));
      if (unique === true) {
        const latest = new Map(found.map(entry => [entry.code, entry]));
        found = found.filter(entry => latest.get(entry.code) === entry);
      }
      return last(found, count);
    }
    return [];
  }
}

const last = <T>(rows: readonly T[], count: number | undefined): readonly T[] =>
  count === undefined ? rows : count > 0 ? rows.slice(-count) : [];

/**
 * Returns the regular expression of a history search: `*` matches any text, `?` one character, other characters themselves. It
 * must match all of the code.
 *
 * @example globPattern("1+*").test("1+2") // true
 * @example globPattern("a?").test("abc") // false
 */
export function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[\\^$.|+()[\]{}]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}
