import { LabError } from "../model/errors.js";
import type { Cell, CodeCell, Notebook } from "./nbformat.js";

/** The values with which a notebook is run, by name. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * Parses one `NAME=VALUE` of the command line. A value that is valid JSON is read as JSON (`3`, `true`, `["a"]`), any other as
 * text.
 *
 * @throws LabError `RUND_PARAMETER` (usage)
 * @example parseParameter("rounds=3") // ["rounds", 3]
 * @example parseParameter("label=RunD") // ["label", "RunD"]
 */
export function parseParameter(text: string): [name: string, value: unknown] {
  const at = text.indexOf("=");
  const name = text.slice(0, Math.max(at, 0));
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new LabError("RUND_PARAMETER", "usage", "", {
      where: "-p",
      expected: "NAME=VALUE",
      found: text,
      hint: "a name has letters, digits and _, and does not begin with a digit",
    });
  }
  const value = text.slice(at + 1);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

/** Whether a cell has a tag. */
export const hasTag = (cell: Cell, tag: string): boolean =>
  Array.isArray(cell.metadata.tags) && cell.metadata.tags.includes(tag);

/**
 * Returns the notebook with a cell that sets the parameters, by papermill's convention: the cell replaces an earlier one tagged
 * `injected-parameters`, or follows the cell tagged `parameters`, which contains the defaults, or comes first.
 *
 * @param language the kernel's: typescript, javascript or python; empty if it is unknown
 * @throws LabError `RUND_PARAMETERS_LANGUAGE` (input)
 */
export function withParameters(notebook: Notebook, parameters: Parameters, language: string): Notebook {
  if (Object.keys(parameters).length === 0) return notebook;
  const injected: CodeCell = {
    cell_type: "code",
    id: "injected-parameters",
    metadata: { tags: ["injected-parameters"] },
    source: assignments(parameters, language),
    execution_count: null,
    outputs: [],
  };
  const cells = notebook.cells.filter(cell => !hasTag(cell, "injected-parameters") && cell.id !== injected.id);
  const at = cells.findIndex(cell => hasTag(cell, "parameters")) + 1;
  return { ...notebook, cells: cells.toSpliced(at, 0, injected) };
}

function assignments(parameters: Parameters, language: string): string {
  const entries = Object.entries(parameters);
  switch (language) {
    case "typescript":
    case "javascript":
      return entries.map(([name, value]) => `var ${name} = ${JSON.stringify(value)};`).join("\n");
    case "python":
      return entries.map(([name, value]) => `${name} = ${pythonLiteral(value)}`).join("\n");
    default:
      throw new LabError("RUND_PARAMETERS_LANGUAGE", "input", "", {
        where: "-p",
        expected: "a kernel for typescript, javascript or python",
        found: language === "" ? "a kernel that does not name its language" : language,
        hint: "leave out -p and set the values in the notebook",
      });
  }
}

/**
 * Returns a JSON value as Python writes it.
 *
 * @example pythonLiteral({ a: [true, null] }) // "{\"a\": [True, None]}"
 */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object") {
    const entries = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${pythonLiteral(inner)}`);
    return `{${entries.join(", ")}}`;
  }
  return JSON.stringify(value);
}
