import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { columnsBefore } from "../campaign-files/samples.js";
import { ProblemList } from "../logs/index.js";
import { LabError } from "../model/errors.js";
import { checkedJson, describePath, mismatches } from "../model/mismatch.js";
import type { ImportedRun, Sink } from "./importer.js";

/** The file by which a folder of imported results is recognised. */
export const importManifest = "import.json";

const memoryHeader = "run,runtime,density,per_sandbox_kib";
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
    ...{ round: whole, client: whole, outcome: z.enum(["ready", "failed"]), reason: z.string() },
    ...{ startMs: orNull(finite, "a number or nothing"), latencyMs: orNull(finite, "a number or nothing") },
  })
  .refine(({ outcome, latencyMs }) => outcome !== "ready" || latencyMs !== null, {
    error: "a latency",
    path: ["latencyMs"],
  });

type ImportManifest = z.output<typeof manifest>;

/**
 * Writes imported results as a folder: `import.json` (files, runs with what they measure, rates, problems), `samples.csv` with a
 * campaign's columns, and `memory.csv`. Rows are written to the disk immediately.
 */
export class ImportFolderWriter {
  readonly problems = new ProblemList();
  readonly #folder: string;
  readonly #samples: number;
  readonly #memory: number;
  readonly #files: { file: string; format: string }[] = [];
  readonly #runs = new Map<string, ImportedRun>();
  readonly #rates: ImportManifest["rates"] = [];
  readonly #bursts: ImportManifest["bursts"] = [];
  #pending: string[] = [];
  samples = 0;
  memory = 0;

  /** @throws LabError `RUND_IMPORT_OUT` if the folder contains something already */
  constructor(folder: string) {
    this.#folder = folder;
    if (existsSync(join(folder, importManifest)) || existsSync(join(folder, "run.json"))) {
      throw new LabError("RUND_IMPORT_OUT", "usage", "the folder already contains a campaign", {
        where: folder,
        hint: "name a new folder with --out",
      });
    }
    mkdirSync(folder, { recursive: true });
    this.#samples = openSync(join(folder, "samples.csv"), "w");
    writeSync(this.#samples, `${columnsBefore.join(",")}\n`);
    this.#memory = openSync(join(folder, "memory.csv"), "w");
    writeSync(this.#memory, `${memoryHeader}\n`);
  }

  get rates(): number {
    return this.#rates.length;
  }

  /** Returns the sink for one more file. */
  file(file: string, format: string): Sink {
    const index = this.#files.push({ file, format });
    return {
      run: own => {
        const name = `${format}${index}_${own.runtime}`;
        if (!this.#runs.has(name)) this.#runs.set(name, own);
        return {
          sample: ({ concurrency, round, client, startMs, outcome, latencyMs, reason }) => {
            const why = reason.replaceAll(/[,"\r\n]+/g, " ").slice(0, 200);
            this.#write(
              `${name},time,${own.runtime},0,${concurrency ?? ""},1,${round},0,${client},${outcome},${startMs ?? ""},${latencyMs ?? ""},${why}\n`,
            );
            this.samples++;
          },
          burst: burst => void this.#bursts.push({ run: name, ...burst }),
          memory: ({ density, perSandboxKiB }) => {
            writeSync(this.#memory, `${name},${own.runtime},${density},${perSandboxKiB}\n`);
            this.memory++;
          },
          rate: rate => void this.#rates.push({ run: name, ...rate }),
        };
      },
      problem: (line, code, expected, found) => this.problems.add(file, line, code, expected, found),
    };
  }

  /** Writes the remaining rows and the manifest. Without the manifest, the folder does not count as imported results. */
  finish(): void {
    this.#flush();
    closeSync(this.#samples);
    closeSync(this.#memory);
    writeFileSync(join(this.#folder, importManifest), `${JSON.stringify(this.manifest(), null, 2)}\n`);
  }

  /** What import.json says. */
  manifest(): ImportManifest {
    return {
      format: 1,
      files: this.#files,
      runs: [...this.#runs].map(([run, own]) => ({
        ...own,
        run,
        config: { ...own.config },
        definition: { ...own.definition, lacks: [...own.definition.lacks] },
      })),
      bursts: this.#bursts,
      rates: this.#rates,
      problems: this.problems.list,
      problemCount: this.problems.count,
    };
  }

  #write(line: string): void {
    if (this.#pending.push(line) >= 4096) this.#flush();
  }

  #flush(): void {
    if (this.#pending.length > 0) writeSync(this.#samples, this.#pending.join(""));
    this.#pending = [];
  }
}

/**
 * Reads a folder that `ImportFolderWriter` wrote, row by row. The problems of the import come first.
 *
 * @throws LabError `RUND_IMPORT_MANIFEST` where import.json is not as it should be
 */
export async function readImportFolder(folder: string, sinkOf: (file: string) => Sink): Promise<void> {
  const file = join(folder, importManifest);
  const { runs, bursts, rates, problems } = readManifest(file);
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
      if (wrong !== null) own.problem(number, "RUND_PARSE_VALUE", wrong, line.slice(0, 60));
    }
  };
  const samples = sinkOf(join(folder, "samples.csv"));
  await take("samples.csv", columnsBefore.length, (fields, run) => {
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

function readManifest(file: string): ImportManifest {
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
