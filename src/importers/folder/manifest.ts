import { readFileSync } from "node:fs";
import { z } from "zod";
import { LabError } from "../../model/errors.js";
import { checkedJson } from "../../model/mismatch.js";

/** The file by which a folder of imported results is recognised. */
export const importManifest = "import.json";

/** The header of memory.csv. */
export const memoryHeader = "run,runtime,density,per_sandbox_kib";
const definition = z.object({
  tool: z.string(),
  from: z.string(),
  to: z.string(),
  resolution: z.number().nullable(),
  lacks: z.array(z.string()),
  note: z.string().nullable(),
});
const manifest = z.object({
  format: z.literal(1),
  files: z.array(z.object({ file: z.string(), format: z.string() })),
  runs: z.array(
    z.object({
      run: z.string(),
      runtime: z.string(),
      label: z.string(),
      config: z.record(z.string(), z.union([z.string(), z.number()])),
      definition,
      unit: z.enum(["samples", "bursts"]),
    }),
  ),
  bursts: z.array(
    z.object({
      run: z.string(),
      concurrency: z.number().nullable(),
      round: z.number(),
      makespanMs: z.number(),
    }),
  ),
  rates: z.array(z.object({ run: z.string(), perSecond: z.number(), total: z.number(), seconds: z.number() })),
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
export type ImportManifest = z.output<typeof manifest>;

/**
 * Reads import.json.
 *
 * @throws LabError `RUND_IMPORT_MANIFEST` if it is missing or invalid
 */
export function readManifest(file: string): ImportManifest {
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
