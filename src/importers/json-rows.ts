import type { ZodType, z } from "zod";
import { describePath, mismatches } from "../model/mismatch.js";
import type { Sink } from "./importer.js";
import { type JsonVisitor, readJson } from "./reading/json-stream.js";

/**
 * Returns a visitor that checks each value against a schema: a valid value is passed on, any other becomes a problem with its
 * line and field.
 *
 * @param take receives each valid value, its line and its path in the document
 */
export function checked<Schema extends ZodType>(
  schema: Schema,
  sink: Sink,
  take: (value: z.output<Schema>, line: number, place: string) => void,
): JsonVisitor {
  return (value, path, line) => {
    const checked = schema.safeParse(value);
    if (checked.success) return take(checked.data, line, describePath(path));
    const { path: inner, expected, found } = mismatches(value, checked.error)[0]!;
    sink.problem(line, "RUND_IMPORT_FIELD", `${expected} in ${describePath([...path, ...inner])}`, found);
  };
}

/** Works like `readJson`, but reports a truncated or invalid document as a problem. */
export async function readJsonRows(
  file: string,
  sink: Sink,
  places: Readonly<Record<string, JsonVisitor>>,
): Promise<void> {
  const fault = await readJson(file, places);
  if (fault !== null) sink.problem(fault.line, "RUND_IMPORT_JSON", fault.expected, fault.found);
}

/** Returns a sink that ignores problems, for the first of two passes over a file; the second pass reports them. */
export const quiet = (sink: Sink): Sink => ({ ...sink, problem: () => {} });
