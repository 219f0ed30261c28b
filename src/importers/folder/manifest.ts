import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Frozen } from "../../campaign-files/events/fields.js";
import { LabError } from "../../model/errors.js";
import { checkedJson } from "../../model/mismatch.js";
import { importedBurst, importedRate, importedRun } from "../imported-run.js";

/** The file by which a folder of imported results is recognised. */
export const importManifest = "import.json";

/** The header of memory.csv. */
export const memoryHeader = "run,runtime,density,per_sandbox_kib";

const manifest = z.object({
  format: z.literal(1),
  files: z.array(z.object({ file: z.string(), format: z.string() })),
  runs: z.array(importedRun.extend({ run: z.string() })),
  bursts: z.array(importedBurst.extend({ run: z.string() })),
  rates: z.array(importedRate.extend({ run: z.string() })),
  problems: z.array(
    z.object({
      file: z.string(),
      line: z.number().nullable(),
      code: z.string(),
      expected: z.string(),
      found: z.string(),
    }),
  ),
  problemCount: z.number(),
});
/** The content of import.json, which describes a folder of imported results. */
export type ImportManifest = Frozen<z.output<typeof manifest>>;

/**
 * Reads import.json.
 *
 * @throws LabError `RUND_IMPORT_MANIFEST` if it is missing or invalid
 */
export function readImportManifest(file: string): ImportManifest {
  const refuse = (found: string, cause?: unknown): never => {
    throw new LabError("RUND_IMPORT_MANIFEST", "input", "", {
      where: file,
      expected: "the manifest of imported results, as `rund-lab import` writes it",
      found,
      hint: "import the files again into a new folder",
      cause,
    });
  };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    return refuse((cause as Error).message, cause);
  }
  const read = checkedJson(text, manifest);
  return read.ok ? read.value : refuse(`${read.found} instead of ${read.expected}`, read.cause);
}
