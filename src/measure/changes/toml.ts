import { isDeepStrictEqual } from "node:util";
import { parse, patch } from "@decimalturn/toml-patch";
import { LabError } from "../../model/errors.js";
import type { TomlOverlay } from "../runtimes/runtime.js";
import { describeChanges } from "./describe-step.js";

/** Options of the library: new sections get their own headers; the parsers of containerd and Kata refuse trailing commas. */
const format = { inlineTableStart: 99, trailingComma: false };

type Table = { [key: string]: unknown };

/**
 * Sets keys in a TOML text and does not change any other byte, including comments.
 *
 * @param file the text's name in messages
 * @param missingTables `add` them, or `fail`, because a config without the section is not the intended one
 * @returns the same text if every key has its value already
 * @throws LabError `RUND_CONFIG_SYNTAX`, `RUND_CONFIG_SECTION`
 * @example patchToml("[a]\nb = 1 # one\n", { a: { b: 2 } }) // "[a]\nb = 2 # one\n"
 */
export function patchToml(
  text: string,
  overlay: TomlOverlay,
  file = "config",
  missingTables: "add" | "fail" = "fail",
): string {
  const wanted = parseToml(text, file);
  let patched = text;
  for (const [name, values] of Object.entries(overlay)) {
    const table = tableOf(wanted, name, file, missingTables);
    for (const [key, value] of Object.entries(values)) {
      if (value === null ? !(key in table) : isDeepStrictEqual(table[key], value)) continue;
      if (value === null) delete table[key];
      else table[key] = value;
      // key by key, because the library fails with several changes at once
      patched = patch(patched, wanted, format);
    }
  }
  // cloned, because the library's tables and ours have different prototypes
  if (isDeepStrictEqual(structuredClone(parse(patched)), structuredClone(wanted))) return patched;
  throw new LabError("RUND_CONFIG_SYNTAX", "input", "cannot be changed without damaging the rest of it", {
    where: file,
    hint: `change it by hand, then try again: ${describeChanges(overlay).join("; ")}`,
  });
}

/** Returns the table of a dotted name. A missing table is created, or is an error. */
function tableOf(content: Table, name: string, file: string, missingTables: "add" | "fail"): Table {
  let table = content;
  for (const key of tableKeys(name)) {
    if (!isTable(table[key])) {
      if (missingTables === "fail" || table[key] !== undefined) {
        throw new LabError("RUND_CONFIG_SECTION", "input", "", {
          where: file,
          expected: `a section [${name}]`,
          found: "none",
          hint: "is this the config of that runtime and version? environment/README.md shows how each is installed",
        });
      }
      table[key] = {};
    }
    table = table[key] as Table;
  }
  return table;
}

/**
 * Parses a TOML text.
 *
 * @param file the text's name in messages
 * @throws LabError `RUND_CONFIG_SYNTAX`
 * @example parseToml("a = 1") // { a: 1 }
 */
export function parseToml(text: string, file = "config"): Table {
  try {
    return parse(text) as Table;
  } catch (cause) {
    throw new LabError("RUND_CONFIG_SYNTAX", "input", `not valid TOML: ${(cause as Error).message}`, {
      where: file,
      hint: "correct the file by hand, then try again",
      cause,
    });
  }
}

/**
 * Returns the keys of a dotted table name.
 *
 * @example tableKeys('plugins."io.containerd.grpc.v1.cri".containerd') // ["plugins", "io.containerd.grpc.v1.cri", "containerd"]
 */
export function tableKeys(name: string): string[] {
  return [...name.matchAll(/"([^"]*)"|([^."]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
