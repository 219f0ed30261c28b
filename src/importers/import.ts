import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { systemReason } from "../logs/file-bytes.js";
import { LabError } from "../model/errors.js";
import { importers } from "./formats.js";
import type { Head, Importer, ImportOptions, Sink } from "./importer.js";

const headBytes = 1 << 16;

/**
 * Returns the importer for a file or folder, by its name or, with `auto`, by the beginning of the file.
 *
 * @throws LabError `RUND_IMPORT_FORMAT` for an unknown name, `RUND_IMPORT_UNKNOWN` for a file of no known format,
 * `RUND_IMPORT_FILE` for one that cannot be read
 */
export function findImporter(format: string, path: string): Importer {
  if (format === "auto") return recognise(path) ?? refuseUnknown(path);
  const named = importers.find(each => each.format === format);
  if (named === undefined) {
    throw new LabError("RUND_IMPORT_FORMAT", "usage", "", {
      expected: `auto or a format: ${importers.map(each => each.format).join(", ")}`,
      found: `"${format}"`,
    });
  }
  return named;
}

/** Returns the importer that recognises a file or folder; null if it is not a result of a known tool. */
export function recognise(path: string): Importer | null {
  const head = readHead(path);
  return importers.find(each => each.recognises(head)) ?? null;
}

/**
 * Reads one file or folder of another tool into a sink.
 *
 * @throws LabError `RUND_IMPORT_FORMAT`, `RUND_IMPORT_UNKNOWN` or `RUND_IMPORT_FILE`, like `findImporter`
 */
export async function importFile(
  format: string,
  path: string,
  sinkOf: (importer: Importer) => Sink,
  options: ImportOptions = {},
): Promise<void> {
  const importer = findImporter(format, path);
  // a file must be readable even if its format was named
  readHead(path);
  await importer.read(path, sinkOf(importer), options);
}

function readHead(path: string): Head {
  try {
    const name = basename(path);
    if (statSync(path).isDirectory()) {
      return { name, folder: true, text: filesBelow(path).join("\n") };
    }
    const file = openSync(path, "r");
    try {
      const bytes = Buffer.alloc(headBytes);
      const text = bytes.toString("utf8", 0, readSync(file, bytes));
      return { name, folder: false, text: text.replace(/^\ufeff/, "") };
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new LabError("RUND_IMPORT_FILE", "input", "", {
      where: path,
      expected: "a result file of another tool",
      found: systemReason(cause),
      hint: "name a file or folder that exists and can be read; `rund-lab import --help` lists the files of each format",
      cause,
    });
  }
}

/** Returns a few files of each folder in a folder: enough to recognise a layout, and fast even for thousands of files. */
function filesBelow(path: string): readonly string[] {
  const folders = readdirSync(path, { withFileTypes: true }).filter(entry => entry.isDirectory());
  return folders.flatMap(({ name }) =>
    readdirSync(join(path, name))
      .slice(0, 5)
      .map(file => `${name}/${file}`),
  );
}

function refuseUnknown(path: string): never {
  throw new LabError("RUND_IMPORT_UNKNOWN", "input", "", {
    where: path,
    expected: `a result of ${importers.map(({ format }) => format).join(", ")}`,
    found: "none of them",
    hint: "`rund-lab import --help` lists the files of each format; if yours is among them, name its format instead of auto",
  });
}
