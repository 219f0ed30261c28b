import { createPatch, FILE_HEADERS_ONLY } from "diff";

/**
 * Returns the difference between two texts, as `diff -U1` prints it and `patch` reads it.
 *
 * @param name the file's name in the two header lines
 * @returns "" for equal texts
 * @example unifiedDiff("a", "x\n1\ny\n", "x\n2\ny\n") // "--- a\n+++ a\n@@ -1,3 +1,3 @@\n x\n-1\n+2\n y\n"
 */
export const unifiedDiff = (name: string, before: string, after: string): string =>
  before === after
    ? ""
    : createPatch(name, before, after, undefined, undefined, { context: 1, headerOptions: FILE_HEADERS_ONLY });
