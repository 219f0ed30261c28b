/** Lines around a change that are shown with it. */
const context = 1;

interface Edit {
  readonly kind: " " | "-" | "+";
  readonly line: string;
}

/**
 * What changes between two texts, as `diff -u` has it and `patch` takes it.
 *
 * @param name what the text is called in the two head lines
 * @returns "" for equal texts
 * @example unifiedDiff("a", "x\n1\ny\n", "x\n2\ny\n") // "--- a\n+++ a\n@@ -1,3 +1,3 @@\n x\n-1\n+2\n y\n"
 */
export function unifiedDiff(name: string, before: string, after: string): string {
  const edits = compare(linesOf(before), linesOf(after));
  const changed = edits.flatMap((edit, index) => (edit.kind === " " ? [] : [index]));
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const to = Math.min(index + context + 1, edits.length);
    if (last !== undefined && index - context <= last.to) last.to = to;
    else hunks.push({ from: Math.max(index - context, 0), to });
  }
  if (hunks.length === 0) return "";
  return `--- ${name}\n+++ ${name}\n${hunks.map(({ from, to }) => hunkText(edits, from, to)).join("")}`;
}

function hunkText(edits: readonly Edit[], from: number, to: number): string {
  const count = (part: readonly Edit[], kind: Edit["kind"]) => part.filter(edit => edit.kind !== kind).length;
  const before = edits.slice(0, from);
  const part = edits.slice(from, to);
  const range = (start: number, length: number) => `${length === 0 ? start : start + 1},${length}`;
  const old = range(count(before, "+"), count(part, "+"));
  const fresh = range(count(before, "-"), count(part, "-"));
  return `@@ -${old} +${fresh} @@\n${part.map(({ kind, line }) => `${kind}${line}`).join("")}`;
}

/** The edits of a longest common subsequence (Wagner and Fischer 1974): exact, and quick enough for a config. */
function compare(a: readonly string[], b: readonly string[]): Edit[] {
  // common[i][j]: lines the rest of a from i and the rest of b from j have in common
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
    }
  }
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      edits.push({ kind: " ", line: a[i++]! });
      j++;
    } else if (i < a.length && (j === b.length || common[i + 1]![j]! >= common[i]![j + 1]!)) {
      edits.push({ kind: "-", line: a[i++]! });
    } else {
      edits.push({ kind: "+", line: b[j++]! });
    }
  }
  return edits;
}

/** Lines with their ends; a last one without says so, as patch wants it. */
function linesOf(text: string): string[] {
  return text
    .split(/(?<=\n)/)
    .filter(line => line !== "")
    .map(line => (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`));
}
