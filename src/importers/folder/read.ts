import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { basicColumns } from "../../campaign-files/samples.js";
import { describePath, mismatches } from "../../model/mismatch.js";
import { excerpt } from "../../model/problem.js";
import type { ImportedRun } from "../imported-run.js";
import type { Sink } from "../importer.js";
import { importManifest, memoryHeader, readImportManifest } from "./manifest.js";

const whole = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, "a whole number from 1")
  .transform(Number);
const finite = z.string().min(1).transform(Number).pipe(z.number());
const orNull = <Schema extends z.ZodType>(schema: Schema, error: string) =>
  z.union([z.literal("").transform(() => null), schema], { error });

/** A line of the samples.csv of imported results, in which tools leave some fields empty. */
const importedSample = z
  .object({
    concurrency: orNull(whole, "a whole number from 1, or nothing"),
    round: whole,
    client: whole,
    outcome: z.enum(["ready", "failed"]),
    reason: z.string(),
    startMs: orNull(finite, "a number or nothing"),
    latencyMs: orNull(finite, "a number or nothing"),
  })
  .refine(({ outcome, latencyMs }) => outcome !== "ready" || latencyMs !== null, {
    error: "a latency",
    path: ["latencyMs"],
  });

/**
 * Reads a folder that `ImportFolderWriter` wrote, row by row. The problems of the import come first.
 *
 * @throws LabError `RUND_IMPORT_MANIFEST` if import.json is invalid
 */
export async function readImportFolder(folder: string, sinkOf: (file: string) => Sink): Promise<void> {
  const file = join(folder, importManifest);
  const { runs, bursts, rates, problems } = readImportManifest(file);
  for (const { file, line, code, expected, found } of problems) sinkOf(file).problem(line, code, expected, found);
  const known = new Map(runs.map(run => [run.run, run]));
  const take = async (name: string, columns: number, row: (fields: string[], own: ImportedRun) => string | null) => {
    const path = join(folder, name);
    const own = sinkOf(path);
    let number = 0;
    for await (const line of createInterface({ input: createReadStream(path) })) {
      number++;
      if (number === 1 || line === "") continue;
      const fields = line.split(",");
      const run = known.get(fields[0] ?? "");
      const wrong =
        fields.length !== columns ? `${columns} fields` : run === undefined ? "a run of import.json" : row(fields, run);
      if (wrong !== null) own.problem(number, "RUND_PARSE_VALUE", wrong, excerpt(line));
    }
  };
  const samples = sinkOf(join(folder, "samples.csv"));
  await take("samples.csv", basicColumns.length, (fields, run) => {
    const [, , , , concurrency, , round, , client, outcome, startMs, latencyMs, reason] = fields;
    const written = { concurrency, round, client, startMs, outcome, latencyMs, reason };
    const result = importedSample.safeParse(written);
    if (result.success) {
      samples.run(run).sample(result.data);
      return null;
    }
    const { path, expected } = mismatches(written, result.error)[0]!;
    return `${expected} in ${describePath(path)}`;
  });
  const memory = sinkOf(join(folder, "memory.csv"));
  await take("memory.csv", memoryHeader.split(",").length, ([, , density, kib], run) => {
    if (!(Number(density) > 0 && Number(kib) > 0 && Number.isFinite(Number(kib)))) return "a density and KiB above 0";
    memory.run(run).memory({ density: Number(density), perSandboxKiB: Number(kib) });
    return null;
  });
  for (const { run, ...burst } of bursts) {
    const own = known.get(run);
    if (own !== undefined) sinkOf(file).run(own).burst(burst);
  }
  for (const { run, ...rate } of rates) {
    const own = known.get(run);
    if (own !== undefined) sinkOf(file).run(own).rate(rate);
  }
}
