import { z } from "zod";
import { counted } from "../model/counted.js";
import type { Definition } from "./definition.js";
import { type Importer, plausibleMs, plausibleText } from "./importer.js";
import { checked, quiet, readJsonRows } from "./json-rows.js";

const definitionOf = (operation: string): Definition => ({
  tool: "critest",
  from: `${operation} called`,
  to: `${operation} answered`,
  resolution: 1e-6,
  lacks: ["CPU", "memory", "the runtime's name", "failed calls"],
  note:
    operation === "CreatePod"
      ? "the answer to RunPodSandbox, not the first status that says SANDBOX_READY"
      : "a single CRI call, not a whole cold start",
});

const names = z.array(z.string()).min(1);
const point = z.object({
  startTime: z.number().nullable().optional(),
  operationsDurationsNs: z.array(z.number()),
});

/**
 * critest's lifecycle benchmark: the duration of each CRI call in the life of a pod or container. Only the first operation,
 * which creates, is imported: `CreatePod` of the pod benchmark resembles a cold start.
 */
export const critest: Importer = {
  format: "critest",
  what: "-benchmark lifecycle JSON",
  recognises: ({ text }) => /"operationsNames"\s*:|"operationsDurationsNs"\s*:/.test(text),
  async read(path, sink, { runtime = "cri" }) {
    let operations: readonly string[] | null = null;
    let parallel = 1;
    let index = 0;
    // names and parallelism may come after the datapoints
    await readJsonRows(path, quiet(sink), {
      operationsNames: checked(names, sink, found => {
        operations = found;
      }),
      // 0 and 1 both mean one after another
      numParallel: checked(z.number().int().nonnegative(), sink, found => {
        parallel = Math.max(1, found);
      }),
    });
    await readJsonRows(path, sink, {
      "datapoints.*": checked(point, sink, ({ startTime, operationsDurationsNs }, line, place) => {
        index++;
        const [operation] = operations ?? [];
        const [ns] = operationsDurationsNs;
        if (operation === undefined || ns === undefined || operationsDurationsNs.length !== operations?.length) {
          const durations =
            operations === null ? "operationsNames, and as many durations" : counted(operations.length, "duration");
          const expected = `${durations} in ${place}`;
          return sink.problem(line, "RUND_IMPORT_FIELD", expected, String(operationsDurationsNs.length));
        }
        const latencyMs = ns / 1e6;
        if (!plausibleMs(latencyMs)) {
          const expected = `${plausibleText} in ${place}.operationsDurationsNs[0]`;
          return sink.problem(line, "RUND_IMPORT_VALUE", expected, `${ns} ns`);
        }
        const startMs = startTime === undefined || startTime === null ? null : startTime / 1e6;
        sink
          .run({ runtime, label: "critest", config: {}, definition: definitionOf(operation), unit: "samples" })
          .sample({ concurrency: parallel, round: index, client: 1, startMs, outcome: "ready", latencyMs, reason: "" });
      }),
    });
  },
};
