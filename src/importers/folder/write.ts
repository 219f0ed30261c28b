import { closeSync, existsSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { basicColumns } from "../../campaign-files/samples.js";
import { ProblemList } from "../../logs/index.js";
import { LabError } from "../../model/errors.js";
import type { ImportedRun } from "../imported-run.js";
import type { Sink } from "../importer.js";
import { type ImportManifest, importManifest, memoryHeader } from "./manifest.js";

/**
 * Writes imported results as a folder: `import.json` (files, runs with their definitions, bursts, rates, problems),
 * `samples.csv` with a campaign's columns, and `memory.csv`. Rows are written to the disk immediately.
 */
export class ImportFolderWriter {
  readonly problems = new ProblemList();
  readonly #folder: string;
  readonly #samples: number;
  readonly #memory: number;
  readonly #files: { file: string; format: string }[] = [];
  readonly #runs = new Map<string, ImportedRun>();
  readonly #rates: ImportManifest["rates"][number][] = [];
  readonly #bursts: ImportManifest["bursts"][number][] = [];
  #pending: string[] = [];
  samples = 0;
  memory = 0;

  /** @throws LabError `RUND_IMPORT_OUT` if the folder already contains a campaign or imported results */
  constructor(folder: string) {
    this.#folder = folder;
    if (existsSync(join(folder, importManifest)) || existsSync(join(folder, "run.json"))) {
      throw new LabError("RUND_IMPORT_OUT", "usage", "the folder already contains a campaign or imported results", {
        where: folder,
        hint: "name a new folder with --out",
      });
    }
    mkdirSync(folder, { recursive: true });
    this.#samples = openSync(join(folder, "samples.csv"), "w");
    writeSync(this.#samples, `${basicColumns.join(",")}\n`);
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

  /** Returns the content of import.json. */
  manifest(): ImportManifest {
    return {
      format: 1,
      files: this.#files,
      runs: [...this.#runs].map(([run, own]) => ({ ...own, run })),
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
