/**
 * Aligns rows in columns, two spaces apart, without spaces at the end of a line.
 *
 * @param right the columns that are aligned to the right, such as numbers
 * @example textTable([["a", "10"], ["bb", "9"]], [1]) // ["a   10", "bb   9"]
 */
export function textTable(rows: readonly (readonly string[])[], right: readonly number[] = []): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)));
  return rows.map(row =>
    row
      .map((cell, column) => (right.includes(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}

/**
 * Breaks a text at spaces into lines of at most `width` characters.
 *
 * @param indent the beginning of each line after the first
 * @example wrap("one two three", 7, "  ") // ["one two", "  three"]
 */
export function wrap(text: string, width: number, indent = ""): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
