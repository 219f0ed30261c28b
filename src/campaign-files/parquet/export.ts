import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { parseRunName } from "../../logs/index.js";
import { LabError } from "../../model/errors.js";
import type { Problem } from "../../model/problem.js";
import { parseEvents, type RoundEvent } from "../events.js";
import { parseManifest } from "../manifest.js";
import { cellKey, loggedMakespans } from "./logged-makespans.js";
import { ParquetTableFile } from "./table-file.js";
import {
  memorySchema,
  parquetMemory,
  parquetRound,
  parquetSamples,
  type Row,
  roundsSchema,
  samplesSchema,
  type TableSchema,
} from "./tables.js";

/** The result of an export: the number of rows by table, the files and the problems. */
export interface ParquetExport {
  readonly samples: number;
  readonly rounds: number;
  readonly memory: number;
  /** The written files, in order. */
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
}

const schemas = { samples: samplesSchema, rounds: roundsSchema, memory: memorySchema } as const;
type TableName = keyof typeof schemas;

/**
 * Writes campaigns as Parquet: `samples/campaign=…/runtime=…/part-0.parquet`, and the same for `rounds` and `memory`, the
 * layout that DuckDB, Spark, Polars and Athena read without a schema. A path that ends in `.parquet` becomes one file with only
 * the samples, which then have columns for campaign and runtime. Journals are read line by line, so long ones need no
 * more memory. A campaign that was exported there before is replaced; nothing is replaced unless everything could be read.
 *
 * @param folders campaign folders
 * @throws LabError `RUND_EXPORT_INPUT` for a folder that is not a campaign, `RUND_EXPORT_TWICE` if two campaigns have the same
 * name, `RUND_MANIFEST`
 */
export async function exportParquet(folders: readonly string[], path: string): Promise<ParquetExport> {
  const single = path.endsWith(".parquet");
  const campaigns = folders.map(folder => ({ folder, name: campaignName(folder) }));
  const twice = campaigns.find(({ name }, index) => campaigns.findIndex(each => each.name === name) !== index);
  if (twice !== undefined) {
    throw new LabError("RUND_EXPORT_TWICE", "input", "two campaigns have the same name", {
      where: twice.folder,
      hint: "the name is a partition of the export: export them to different folders",
    });
  }
  const partial = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  const sink = new OpenFiles(single ? singleFile(partial) : partitions(partial));
  // the file exists even if there is no sample
  if (single) sink.of("samples", "", "");
  const problems: Problem[] = [];
  try {
    for (const { folder, name } of campaigns) await addCampaign(folder, name, sink, problems);
    const written = sink.finish().map(file => relative(partial, file));
    if (single) renameSync(partial, path);
    else moveInto(path, partial, written);
    const files = single ? [path] : written.map(file => join(path, file));
    return { ...sink.counts, files, problems };
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function campaignName(folder: string): string {
  const file = join(folder, "run.json");
  if (existsSync(file) && existsSync(join(folder, "events.ndjson"))) {
    return parseManifest(readFileSync(file, "utf8"), file).campaign;
  }
  throw new LabError("RUND_EXPORT_INPUT", "input", "", {
    where: folder,
    expected: "a campaign's folder with run.json and events.ndjson",
    found: existsSync(folder) ? "a folder without them" : "no such folder",
    hint: "`rund-lab run` writes such folders to raw/",
  });
}

/** Adds the rows of a campaign to the files. */
async function addCampaign(folder: string, campaign: string, sink: OpenFiles, problems: Problem[]): Promise<void> {
  const file = join(folder, "events.ndjson");
  const logged = loggedMakespans(folder);
  const complete = new Map<string, number>();
  /** Returns the next makespan of the round's cell: line k of the logs is the k-th complete round. */
  const makespanOf = ({ run, density, concurrency, makespanMs, warmup }: RoundEvent): number | null => {
    if (makespanMs === null || warmup) return null;
    const key = cellKey(run, density, concurrency);
    const index = complete.get(key) ?? 0;
    complete.set(key, index + 1);
    return logged.get(key)?.[index] ?? null;
  };
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    const parsed = parseEvents(`${line}\n`, file);
    problems.push(...parsed.problems.map(problem => ({ ...problem, line: number })));
    for (const event of parsed.rows) {
      if (event.event === "memory") {
        for (const row of parquetMemory(event)) sink.add("memory", campaign, event.runtime, row);
      } else if (event.event === "round") {
        addRound(event, makespanOf(event), campaign, sink);
      }
    }
  }
}

function addRound(round: RoundEvent, makespanMs: number | null, campaign: string, sink: OpenFiles): void {
  const experiment = parseRunName(round.run)?.experiment === "density" ? "density" : "time";
  for (const row of parquetSamples(round, experiment)) sink.add("samples", campaign, round.runtime, row);
  sink.add("rounds", campaign, round.runtime, parquetRound(round, experiment, makespanMs));
}

/** The file of a table for one campaign and runtime, and its columns; null if the table is not exported. */
type Layout = (table: TableName, campaign: string, runtime: string) => { path: string; schema: TableSchema } | null;

/** The folders `table/campaign=…/runtime=…`. */
const partitions =
  (folder: string): Layout =>
  (table, campaign, runtime) => ({
    path: join(folder, table, `campaign=${campaign}`, `runtime=${runtime}`, "part-0.parquet"),
    schema: schemas[table],
  });

/** One file of samples. */
const singleFile = (path: string): Layout => {
  const schema: TableSchema = { campaign: "STRING", runtime: "STRING", ...samplesSchema };
  return table => (table === "samples" ? { path, schema } : null);
};

/** The files of an export while they are written, and the number of rows in them. */
class OpenFiles {
  readonly counts = { samples: 0, rounds: 0, memory: 0 };
  readonly #layout: Layout;
  readonly #files = new Map<string, ParquetTableFile>();

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** Returns the file for a table's rows, which is created at the first call; null if the table is not exported. */
  of(table: TableName, campaign: string, runtime: string): ParquetTableFile | null {
    const place = this.#layout(table, campaign, runtime);
    if (place === null) return null;
    const file = this.#files.get(place.path) ?? new ParquetTableFile(place.path, place.schema);
    this.#files.set(place.path, file);
    return file;
  }

  add(table: TableName, campaign: string, runtime: string, row: Row): void {
    const file = this.of(table, campaign, runtime);
    if (file === null) return;
    file.add({ campaign, runtime, ...row });
    this.counts[table]++;
  }

  /** Completes all files and returns their paths. */
  finish(): readonly string[] {
    for (const file of this.#files.values()) file.finish();
    return [...this.#files.keys()].sort();
  }
}

/** Replaces the existing partitions of each campaign with the new ones. */
function moveInto(path: string, partial: string, files: readonly string[]): void {
  const partitions = new Set(files.map(file => dirname(dirname(file))));
  for (const partition of partitions) {
    const target = join(path, partition);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(join(partial, partition), target);
  }
}
