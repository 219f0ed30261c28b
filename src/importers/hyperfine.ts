import { z } from "zod";
import type { Definition } from "./definition.js";
import { type Importer, idFrom, plausibleMs, plausibleText } from "./importer.js";
import { checked, readJsonRows } from "./json-rows.js";
import { NumberColumn } from "./reading/number-column.js";

const definition: Definition = {
  tool: "hyperfine",
  from: "command started",
  to: "command ended",
  resolution: null,
  lacks: ["concurrency above 1", "memory", "what the command does"],
  note: null,
};

const result = z.object({
  command: z.string(),
  times: z.array(z.never()),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});

/** hyperfine's `--export-json`: times of whole commands, in seconds. A run with an exit code other than 0 is a failure. */
export const hyperfine: Importer = {
  format: "hyperfine",
  what: "--export-json",
  recognises: ({ text }) =>
    /"results"\s*:\s*\[/.test(text) && /"command"\s*:/.test(text) && /"(mean|times)"\s*:/.test(text),
  async read(path, sink, { runtime }) {
    // times come before the exit codes, and both before the parameters
    let times = new NumberColumn();
    let failures = new Map<number, number>();
    let exitCodes = 0;
    const ids = new Set<string>();
    const command = checked(result, sink, ({ command, parameters = {} }, line, place) => {
      const named = typeof parameters.runtime === "string" ? parameters.runtime : command;
      const id = uniqueId(runtime ?? idFrom(named), ids);
      const run = sink.run({ runtime: id, label: command, config: parameters, definition, unit: "samples" });
      times.drain((seconds, index) => {
        const latencyMs = seconds * 1000;
        const code = failures.get(index);
        const plain = { concurrency: 1, round: index + 1, client: 1, startMs: null };
        if (code !== undefined) {
          run.sample({
            ...plain,
            outcome: "failed",
            latencyMs,
            reason: code === killed ? "killed" : `exit code ${code}`,
          });
        } else if (plausibleMs(latencyMs)) run.sample({ ...plain, outcome: "ready", latencyMs, reason: "" });
        else {
          const expected = `${plausibleText} in ${place}.times[${index}]`;
          sink.problem(line, "RUND_IMPORT_VALUE", expected, `${seconds} s`);
        }
      });
    });
    await readJsonRows(path, sink, {
      "results.*.times.*": value => times.push(typeof value === "number" ? value : Number.NaN),
      "results.*.exit_codes.*": value => {
        if (value !== 0) failures.set(exitCodes, typeof value === "number" ? value : killed);
        exitCodes++;
      },
      "results.*": (value, place, line) => {
        command(value, place, line);
        times = new NumberColumn();
        failures = new Map();
        exitCodes = 0;
      },
    });
  },
};

/** If a signal ended a command, it has no exit code, and the file contains null. */
const killed = Number.MIN_SAFE_INTEGER;

/** Returns a unique id for a result: results may share a command and differ only in parameters. */
function uniqueId(wanted: string, ids: Set<string>): string {
  let id = wanted;
  for (let n = 2; ids.has(id); n++) id = `${wanted}x${n}`;
  ids.add(id);
  return id;
}
