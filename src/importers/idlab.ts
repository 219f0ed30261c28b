import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { counted } from "../model/counted.js";
import { excerpt } from "../model/problem.js";
import type { Definition } from "./definition.js";
import type { ImportedRun } from "./imported-run.js";
import { type Importer, idFrom, plausibleKiB, plausibleKiBText, plausibleMs, plausibleText } from "./importer.js";

const start: Definition = {
  tool: "idlab's containerd runtimes, start",
  from: "container created",
  to: "an HTTP server in it answers",
  resolution: 1,
  lacks: ["CPU", "concurrency above 1", "failed starts"],
  note: null,
};
const memory: Definition = {
  tool: "idlab's containerd runtimes, memory",
  from: "memory that the containers take, as the benchmark counts it",
  to: "its mean per container",
  resolution: null,
  lacks: ["cold starts", "CPU", "PSS by process"],
  note: "the files say kB, which is read as KiB",
};

/** Shim with its options, snapshotter, number of values; for memory the unit. */
const header = /^([\w.-]+),([\w.-]+),(\d+)(,kB)?$/;

/** idlab-discover's benchmark-containerd-runtimes: a header line, then one number per line. */
export const idlab: Importer = {
  format: "idlab",
  what: "results of benchmark-containerd-runtimes: start times and memory",
  recognises: ({ text }) => {
    const [first = "", second = ""] = text.split(/\r?\n/);
    return header.test(first) && /^\d+(\.\d+)?$/.test(second);
  },
  async read(path, sink, { runtime }) {
    let number = 0;
    let values = 0;
    let expected = 0;
    let ofMemory = false;
    let run: ImportedRun | null = null;
    const stream = createReadStream(path);
    for await (const line of createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (run === null) {
        const [, shim, snapshotter, count, kB] = header.exec(line.replace(/^\ufeff/, "")) ?? [];
        if (shim === undefined || snapshotter === undefined) {
          sink.problem(number, "RUND_IMPORT_FIELD", "a header: shim and options,snapshotter,number", excerpt(line));
          stream.destroy();
          return;
        }
        ofMemory = kB !== undefined;
        expected = Number(count);
        const definition = ofMemory ? memory : start;
        run = { runtime: runtime ?? idOf(shim), label: shim, config: { snapshotter }, definition, unit: "samples" };
        continue;
      }
      if (line.trim() === "") continue;
      const value = /^-?\d+(\.\d+)?$/.test(line) ? Number(line) : Number.NaN;
      values++;
      if (ofMemory && plausibleKiB(value)) sink.run(run).memory({ density: 1, perSandboxKiB: value });
      else if (!ofMemory && plausibleMs(value)) {
        const plain = { concurrency: 1, round: values, client: 1, startMs: null };
        sink.run(run).sample({ ...plain, outcome: "ready", latencyMs: value, reason: "" });
      } else sink.problem(number, "RUND_IMPORT_VALUE", ofMemory ? plausibleKiBText : plausibleText, excerpt(line));
    }
    if (values !== expected) {
      sink.problem(
        null,
        "RUND_IMPORT_COUNT",
        `${counted(expected, "value")}, as the header says`,
        `${values} (truncated?)`,
      );
    }
  },
};

/**
 * Returns a runtime's id from a shim and its options.
 *
 * @example idOf("io.containerd.kata.v2-kata2-firecracker") // "kata2firecracker"
 * @example idOf("io.containerd.runsc.v1-kvm") // "runsckvm"
 */
export function idOf(shim: string): string {
  const [, name = shim, options = ""] = /^io\.containerd\.([a-z]+)\.v\d+(?:-(.*))?$/.exec(shim) ?? [];
  return idFrom(options.startsWith(name) ? options : `${name}${options}`);
}
