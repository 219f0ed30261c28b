import type { z } from "zod";
import { excerpt } from "./problem.js";

/** One part of a JSON document that does not match its schema. */
export interface SchemaMismatch {
  /** The part's keys, from the outermost: `["runs", 0, "config"]`; empty for the document itself. */
  readonly path: readonly PropertyKey[];
  readonly expected: string;
  /** At most 60 characters of the value. */
  readonly found: string;
}

/**
 * Lists what a schema expected and what a document has instead, one entry for each part that does not match.
 *
 * @param value the document that was checked
 * @param error zod's `safeParse` error for it
 */
export function mismatches(value: unknown, { issues }: Pick<z.core.$ZodError, "issues">): readonly SchemaMismatch[] {
  return issues.flatMap(issue => {
    if (issue.code !== "unrecognized_keys") {
      return [{ path: issue.path, expected: expectedBy(issue), found: describeValue(valueAt(value, issue.path)) }];
    }
    return issue.keys.map(key => {
      const path = [...issue.path, key];
      return { path, expected: "no such field", found: describeValue(valueAt(value, path)) };
    });
  });
}

/**
 * Reads a JSON document and checks it against a schema.
 *
 * @returns the value, or what was expected and found in the first part that does not match
 */
export function checkedJson<Value>(text: string, schema: z.ZodType<Value>): CheckedJson<Value> {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    const found = text.trim() === "" ? "nothing" : (cause as Error).message;
    return { ok: false, expected: "a JSON document", found, cause };
  }
  const read = schema.safeParse(document);
  if (read.success) return { ok: true, value: read.data };
  const { path, expected, found } = mismatches(document, read.error)[0]!;
  const where = path.length === 0 ? "" : ` in ${describePath(path)}`;
  return { ok: false, expected: `${expected}${where}`, found, cause: read.error };
}

/** A document that matches its schema, or the first part that does not. */
export type CheckedJson<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly expected: string; readonly found: string; readonly cause: unknown };

/**
 * Returns the name of a part of a document.
 *
 * @example describePath(["runs", 0, "config"]) // "runs[0].config"
 * @example describePath([]) // "the document"
 */
export function describePath(path: readonly PropertyKey[]): string {
  const name = path.map(key => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return name === "" ? "the document" : name.replace(/^\./, "");
}

/**
 * Returns a JSON value as text for a message, in at most 60 characters.
 *
 * @example describeValue({ slabKiB: 1 }) // '{"slabKiB":1}'
 * @example describeValue(undefined) // "nothing"
 */
export function describeValue(value: unknown): string {
  return excerpt((typeof value === "number" ? String(value) : JSON.stringify(value)) ?? "nothing");
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | null | undefined)?.[key], value);

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
};

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return typeNames[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map(value => JSON.stringify(value)).join(" or ");
    case "too_small":
      return issue.origin === "string" && issue.minimum === 1
        ? "text that is not empty"
        : `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unitOf(issue.origin)}`;
    case "invalid_union":
      // the union's own message, or otherwise the messages of its members
      return issue.message === "Invalid input"
        ? [...new Set(issue.errors.flatMap(each => each.slice(0, 1).map(expectedBy)))].join(" or ") || "another value"
        : issue.message;
    default:
      return issue.message;
  }
}

const unitOf = (origin: string): string => (origin === "string" ? " characters" : origin === "array" ? " entries" : "");
