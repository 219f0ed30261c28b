import { z } from "zod";
import type { Definition } from "./definition.js";
import { type Importer, plausibleKiB, plausibleKiBText } from "./importer.js";
import { checked, readJsonRows } from "./json-rows.js";
import type { JsonVisitor } from "./reading/json-stream.js";

const rates: Definition = {
  tool: "containerd-stress",
  from: "container created",
  to: "container deleted, over all workers",
  resolution: null,
  lacks: ["samples", "latencies", "CPU", "memory", "the number of workers", "the runtime's name"],
  note: "a rate over the whole run; the tool never counts failures",
};
const density: Definition = {
  tool: "containerd-stress density",
  from: "PSS of the containers' shims",
  to: "its mean per container, in whole KiB",
  resolution: 1,
  lacks: ["cold starts", "CPU", "the memory of processes other than the shims", "the runtime's name"],
  note: "the tool starts one more container than it divides by",
};

const rate = z.object({
  total: z.number().int().positive(),
  seconds: z.number().positive(),
  containersPerSecond: z.number().positive(),
});
const memory = z.object({ pss: z.number().int().positive(), pssPerContainer: z.number().int().positive() });

/**
 * containerd-stress's `--json`: a rate, and with `density` the shims' PSS. It has no samples, so no latency is computed. The
 * tool prints one object for each run. A file may contain several, one after another or as a list.
 */
export const containerdStress: Importer = {
  format: "containerd-stress",
  what: "output of `containerd-stress --json` (a rate without samples) and of `density --json`",
  recognises: ({ text }) =>
    (/"containersPerSecond"\s*:/.test(text) && /"secondsPerContainer"\s*:/.test(text)) ||
    (/"pssPerContainer"\s*:/.test(text) && /"rssPerContainer"\s*:/.test(text)),
  async read(path, sink, { runtime = "containerd" }) {
    const run = (definition: Definition) =>
      sink.run({ runtime, label: "containerd-stress", config: {}, definition, unit: "samples" });
    const takeRate = checked(rate, sink, ({ total, seconds, containersPerSecond }, line) => {
      if (Math.abs(containersPerSecond * seconds - total) > 0.01 * total) {
        const expected = `containersPerSecond equal to total / seconds, ${total / seconds}`;
        return sink.problem(line, "RUND_IMPORT_VALUE", expected, String(containersPerSecond));
      }
      run(rates).rate({ perSecond: containersPerSecond, total, seconds });
    });
    const takeMemory = checked(memory, sink, ({ pss, pssPerContainer }, line) => {
      // the file does not state the number of containers by which the tool has divided
      const containers = Math.round(pss / pssPerContainer);
      if (containers >= 1 && plausibleKiB(pss))
        return run(density).memory({ density: containers, perSandboxKiB: pssPerContainer });
      sink.problem(
        line,
        "RUND_IMPORT_VALUE",
        `${plausibleKiBText}, and no more per container than in total`,
        String(pss),
      );
    });
    const result: JsonVisitor = (value, path, line) => {
      // the elements of a list were already passed on
      if (Array.isArray(value)) return;
      const ofMemory = typeof value === "object" && value !== null && ("pss" in value || "pssPerContainer" in value);
      (ofMemory ? takeMemory : takeRate)(value, path, line);
    };
    await readJsonRows(path, sink, { "": result, "*": result });
  },
};
