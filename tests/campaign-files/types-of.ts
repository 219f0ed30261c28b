/** Every field of a document with its JSON type, such as `round.cpu.busy number`; elements of a list share one name. */
export function* typesOf(value: object, path = (value as { readonly event?: string }).event ?? ""): Generator<string> {
  for (const [key, part] of Object.entries(value)) {
    const name = Array.isArray(value) ? `${path}[]` : `${path}.${key}`;
    yield `${name} ${typeOf(part)}`;
    if (typeof part === "object" && part !== null) yield* typesOf(part, name);
  }
}

/** A JSON value's type: text, number, true or false, list, object, null; `not finite` for what JSON cannot write. */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "number" && !Number.isFinite(value)) return "not finite";
  return typeof value;
}
