/** A position in a JSON document: keys from the outermost. */
export type Path = readonly (string | number)[];
export type Json = Record<string | number, unknown>;

/** JSON texts to put in a field's place, among them numbers that no field can hold. `undefined` stands for a missing field. */
export const replacements: readonly (string | undefined)[] = [
  ...[undefined, '"x"', '"NaN"', '"7"', '""', "7", "null", "true", "[]", "[null]", "{}", '{"a":1}'],
  ...["1e300", "-1e300", "1e999", "-1e999"],
];

/** Returns the path of every field of a document, at every depth. */
export function* pathsOf(value: unknown, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null) return;
  for (const key of Object.keys(value)) {
    yield* pathsOf((value as Json)[key], [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

/** Replaces one field of a JSON document in one line, and ends the line. */
export function replaced(line: string, path: Path, replacement: string | undefined): string {
  const document = JSON.parse(line);
  const holder = path.slice(0, -1).reduce<Json>((part, key) => part[key] as Json, document);
  const key = path.at(-1)!;
  if (replacement !== undefined) holder[key] = "@replaced@";
  else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
  return `${JSON.stringify(document).replace('"@replaced@"', replacement ?? "")}\n`;
}

/** Returns every damaged form of a document: each field in turn with each replacement that `isAllowed` does not accept. */
export function* damagesOf(
  document: object,
  isAllowed: (path: Path, before: unknown, after: unknown) => boolean,
): Generator<{ readonly path: Path; readonly text: string }> {
  for (const path of pathsOf(document)) {
    const before = path.reduce<unknown>((part, key) => (part as Json)[key], document);
    for (const replacement of replacements) {
      const after: unknown = replacement === undefined ? undefined : JSON.parse(replacement);
      if (!isAllowed(path, before, after)) yield { path, text: replaced(JSON.stringify(document), path, replacement) };
    }
  }
}
