import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import {
  type ImportedRate,
  type ImportedRun,
  importFile,
  importManifest,
  readImportFolder,
  recognise,
  type Sink,
} from "../../../importers/index.js";
import { ProblemList } from "../../../logs/index.js";
import { LabError } from "../../../model/errors.js";
import type { Dataset, MemoryCell, RunInfo } from "../dataset.js";
import { ImportedCell } from "./imported-cell.js";

/**
 * Lists the files of other tools at a path: the file itself, a folder that a tool wrote, or the files in a folder. Returns null
 * if there are none, as in a campaign of this project.
 */
export function importableFiles(path: string): readonly string[] | null {
  if (!existsSync(path)) return null;
  if (!statSync(path).isDirectory() || existsSync(join(path, importManifest))) return [path];
  if (isRunFolder(basename(path))) return isResult(path) ? [path] : null;
  if (existsSync(join(path, "run.json"))) return null;
  const found = readdirSync(path, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith("."))
    .filter(entry => entry.isFile() || (entry.isDirectory() && isRunFolder(entry.name)))
    .map(({ name }) => join(path, name))
    .filter(isResult)
    .sort();
  return found.length === 0 ? null : found;
}

/** Whether a folder has the name of a run folder in the artifact's layout. FastIOV's fork uses the same names. */
const isRunFolder = (name: string) => /^(time|density)_/.test(name);

/** Whether a file is a result of a known tool. An unreadable file is not. */
function isResult(file: string): boolean {
  try {
    return recognise(file) !== null;
  } catch {
    return false;
  }
}

/**
 * Reads results of other tools, or a folder that `rund-lab import` wrote.
 *
 * @throws LabError `RUND_IMPORT_UNKNOWN` for a file of no known tool, `RUND_IMPORT_EMPTY` if no row could be read
 */
export async function readImported(path: string, files: readonly string[]): Promise<Dataset> {
  const collector = new Collector(basename(resolve(path)));
  for (const [index, file] of files.entries()) {
    if (existsSync(join(file, importManifest))) await readImportFolder(file, where => collector.sink(where, ""));
    else await importFile("auto", file, ({ format }) => collector.sink(file, `${format}${index + 1}`));
  }
  return collector.dataset(path);
}

class Collector {
  readonly #name: string;
  readonly #problems = new ProblemList();
  readonly #runs = new Map<string, RunInfo>();
  readonly #cells = new Map<string, ImportedCell>();
  readonly #memory: MemoryCell[] = [];
  readonly #rates: (ImportedRate & { run: string })[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  sink(file: string, prefix: string): Sink {
    return {
      run: own => {
        const run = own.run ?? `${prefix}_${own.runtime}`;
        const announce = (experiment: "time" | "memory") => {
          if (this.#runs.has(run)) return;
          this.#runs.set(run, runInfo(run, `${this.#name}/${own.definition.tool}`, experiment, own));
        };
        return {
          sample: sample => {
            announce("time");
            this.#cell(run, own, sample.concurrency).add(sample);
          },
          burst: burst => this.#cell(run, own, burst.concurrency).recordMakespan(burst),
          memory: ({ density, perSandboxKiB }) => {
            announce("memory");
            this.#memory.push(memoryCell(run, own, density, perSandboxKiB));
          },
          rate: rate => {
            announce("time");
            this.#rates.push({ run, ...rate });
          },
        };
      },
      problem: (line, code, expected, found) => this.#problems.add(file, line, code, expected, found),
    };
  }

  #cell(run: string, own: ImportedRun, concurrency: number | null): ImportedCell {
    const key = `${run} ${concurrency}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      cell = new ImportedCell(run, own, concurrency);
      this.#cells.set(key, cell);
    }
    return cell;
  }

  dataset(path: string): Dataset {
    if (this.#runs.size === 0) throw this.#empty(path);
    return {
      name: this.#name,
      path,
      source: "imported",
      runs: [...this.#runs.values()],
      starts: [...this.#cells.values()].map(cell => cell.finish()),
      memory: this.#memory,
      rates: this.#rates,
      published: [],
      problems: this.#problems.list,
      problemCount: this.#problems.count,
    };
  }

  #empty(path: string): LabError {
    const [first] = this.#problems.list;
    const more = this.#problems.count > 1 ? `; ${this.#problems.count} problems in all` : "";
    return new LabError("RUND_IMPORT_EMPTY", "input", "no row can be imported", {
      where: first === undefined ? path : `${first.file}${first.line === null ? "" : `:${first.line}`}`,
      expected: first?.expected ?? "at least one result",
      found: `${first?.found ?? "none"}${more}`,
      hint: "write the file again with its tool; `rund-lab import --help` lists the formats",
    });
  }
}

function runInfo(run: string, campaign: string, experiment: "time" | "memory", own: ImportedRun): RunInfo {
  return {
    run,
    campaign,
    experiment,
    runtime: own.runtime,
    recorded: "",
    versions: { kernel: null, containerd: null, crictl: null, kata: null, vmm: null },
    template: null,
    config: own.config,
    driver: own.definition.tool,
    host: null,
    replayed: false,
    definition: own.definition,
  };
}

/** Returns a memory cell of imported results. The tool gives a total for each sandbox, not for each process. */
function memoryCell(run: string, own: ImportedRun, density: number, perSandboxKiB: number): MemoryCell {
  const unknown = Number.NaN;
  const pssKiB = perSandboxKiB * density;
  const component = {
    component: "total",
    processes: density,
    ussKiB: unknown,
    pssKiB,
    rssKiB: unknown,
    vssKiB: unknown,
  };
  return { run, runtime: own.runtime, memoryMb: 0, density, sandboxes: density, components: [component] };
}
