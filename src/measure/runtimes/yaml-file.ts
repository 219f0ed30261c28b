import { readFileSync } from "node:fs";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { systemReason } from "../../logs/file-bytes.js";
import { LabError } from "../../model/errors.js";
import { mismatches } from "../../model/mismatch.js";
import { nearestName } from "./nearest-name.js";

/** The content of a YAML file, with the place of each value. */
interface YamlFile<Content> {
  readonly content: Content;
  /** File and line of a value, or of the nearest value around it. */
  where(path: readonly (string | number)[]): string;
}

/**
 * Reads a hand-written YAML file and checks it against a schema.
 *
 * @param code the error code of this kind of file, such as `RUND_RUNTIME_FILE`
 * @param knownKeys the valid keys of such a file; for a misspelt key, the nearest is suggested
 * @throws LabError with `code`: the file and line, what was expected there, and the nearest key for an unknown one
 */
export function readYamlFile<Schema extends z.ZodType>(
  file: string,
  schema: Schema,
  code: string,
  knownKeys: readonly string[],
): YamlFile<z.output<Schema>> {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new LabError(code, "input", "", { where: file, expected: "a YAML file", found: systemReason(cause), cause });
  }
  const lines = new LineCounter();
  // the library throws for nesting that is too deep and for dangling aliases
  const attempt = <Value>(work: () => Value): Value => {
    try {
      return work();
    } catch (cause) {
      throw new LabError(code, "input", `not valid YAML: ${(cause as Error).message}`, { where: file, cause });
    }
  };
  const document = attempt(() => parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: "error" }));
  const wrong = document.errors[0];
  if (wrong !== undefined) {
    throw new LabError(code, "input", `not valid YAML: ${wrong.message}`, {
      where: `${file}:${lines.linePos(wrong.pos[0]).line}`,
    });
  }
  const content = attempt(() => document.toJS());
  const checked = schema.safeParse(content);
  const where = (path: readonly (string | number)[]): string => {
    const line = lineOf(document, lines, path);
    return line === undefined ? file : `${file}:${line}`;
  };
  if (checked.success) return { content: checked.data, where };
  // a misspelt key also makes the right one missing
  const { issues } = checked.error;
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]!;
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = issue.path.map(part => (typeof part === "symbol" ? String(part) : part));
  const near = unknown === undefined ? undefined : nearestName(unknown, knownKeys);
  const summary =
    unknown === undefined
      ? [path.join("."), mistake(issue, content)].filter(Boolean).join(": ")
      : `unknown key "${unknown}"`;
  throw new LabError(code, "input", summary, {
    where: where(unknown === undefined ? path : [...path, unknown]),
    hint:
      unknown === undefined
        ? undefined
        : near === undefined
          ? `known: ${knownKeys.join(", ")}`
          : `did you mean ${near}?`,
  });
}

/** Returns a schema's message about a value: its own if it has one, otherwise the expected and the found value. */
function mistake(issue: z.core.$ZodIssue, content: unknown): string {
  if (issue.code === "custom" || issue.message.startsWith("expected")) return issue.message;
  const [first] = mismatches(content, { issues: [issue] });
  return first === undefined || first.expected === issue.message
    ? issue.message
    : `expected ${first.expected}, found ${first.found}`;
}

/** Returns the line of a value, or of the nearest value around it. */
function lineOf(document: Document, lines: LineCounter, path: readonly (string | number)[]): number | undefined {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}
