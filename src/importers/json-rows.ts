import type { ZodType, z } from "zod";
import type { Sink } from "./importer.js";
import { type JsonVisitor, placeText, readJson } from "./reading/json-stream.js";

/**
 * Returns a visitor that checks each value against a schema: a valid value is passed on, any other becomes a problem with its
 * place.
 *
 * @param code of the problem
 */
export function checked<Schema extends ZodType>(
  schema: Schema,
  sink: Sink,
  take: (value: z.output<Schema>, line: number, place: string) => void,
): JsonVisitor {
  return (value, path, line) => {
    const found = schema.safeParse(value);
    if (found.success) return take(found.data, line, placeText(path));
    const [issue] = found.error.issues;
    const place = placeText([
      ...path,
      ...(issue?.path ?? []).map(part => (typeof part === "number" ? part : String(part))),
    ]);
    sink.problem(line, "RUND_IMPORT_FIELD", `${expectedBy(issue)} in ${place}`, excerptOf(value, issue?.path ?? []));
  };
}

/** Returns what a schema expected, in words that can follow "expected". */
const expectedBy = (issue: z.core.$ZodIssue | undefined): string =>
  (issue?.message ?? "another shape")
    .replace(/, received .*$/, "")
    .replace(/^Invalid [a-z ]+[:.] [Ee]xpected /, "")
    .replaceAll('"|"', '" or "');

/** Like `readJson`, but reports a truncated or invalid document as a problem. */
export async function readJsonRows(
  file: string,
  sink: Sink,
  places: Readonly<Record<string, JsonVisitor>>,
): Promise<void> {
  const fault = await readJson(file, places);
  if (fault !== null) sink.problem(fault.line, "RUND_IMPORT_JSON", fault.expected, fault.found);
}

/** Returns a sink that drops problems, for a first look at a file whose second reading reports them. */
export const quiet = (sink: Sink): Sink => ({ ...sink, problem: () => {} });

function excerptOf(value: unknown, path: readonly PropertyKey[]): string {
  const at = path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
  return at === undefined ? "nothing" : (JSON.stringify(at) ?? "nothing").slice(0, 60);
}
