import type { Connection } from "../../jupyter/connection.js";
import type { Header } from "../../jupyter/wire.js";

/** The note that a kernel writes before each request, in case V8 ends the process. */
export interface DeathNote {
  readonly connection: Connection;
  /** The request that began last. */
  readonly request?: {
    readonly header: Header;
    /** Its client's identities, in hexadecimal. */
    readonly identities: readonly string[];
  };
  /** The process's stderr since it announced its end. */
  readonly words: string;
}

/**
 * Returns the reason for which V8 ended a process, in sentences.
 *
 * @param words the process's stderr
 */
export function reasonOf(words: string): string {
  const found = ["Fatal JavaScript", "FATAL ERROR", "OOM error in", "Fatal error in"].find(each =>
    words.includes(each),
  );
  const said = found === undefined ? "" : words.slice(words.indexOf(found)).split("\n")[0]!;
  const why = /invalid (array|string|table|size|fixedarray)|length|Array buffer allocation/i.test(said)
    ? "one array, string or table would have become larger than V8 allows"
    : /memory|OOM/i.test(said)
      ? "memory was used up in a single step, before the cell could be stopped"
      : "there was an error inside Node";
  return `${why}. All variables are lost; the cells must be run again. V8 said: ${said}`;
}
