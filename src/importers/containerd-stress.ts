import { z } from "zod";
import type { Definition, Importer } from "./importer.js";
import { checked, readJsonRows } from "./json-rows.js";
import type { JsonVisitor } from "./json-stream.js";

const definition: Definition = {
  tool: "containerd-stress",
  from: "container created",
  to: "container deleted, over all workers",
  resolution: null,
  lacks: ["samples", "latencies", "CPU", "memory", "the number of workers", "the runtime's name"],
  note: "a rate over the whole run; the tool never reports failures",
};

const summary = z.object({
  total: z.number().int().positive(),
  seconds: z.number().positive(),
  containersPerSecond: z.number().positive(),
});

/** containerd-stress's `--json`: one object with a rate. It has no samples, so no latency is made of it. */
export const containerdStress: Importer = {
  format: "containerd-stress",
  what: "--json (a rate, no samples)",
  recognises: ({ text }) => /"containersPerSecond"\s*:/.test(text) && /"secondsPerContainer"\s*:/.test(text),
  async read(path, sink, { runtime = "containerd" }) {
    const take = checked(summary, sink, ({ total, seconds, containersPerSecond }, line) => {
      if (Math.abs(containersPerSecond * seconds - total) > 0.01 * total) {
        const expected = `containersPerSecond of total / seconds, ${total / seconds}`;
        return sink.problem(line, "RUND_IMPORT_VALUE", expected, String(containersPerSecond));
      }
      sink
        .run({ runtime, label: "containerd-stress", config: {}, definition, unit: "samples" })
        .rate({ perSecond: containersPerSecond, total, seconds });
    });
    const fields: Record<string, unknown> = {};
    const keep: JsonVisitor = (value, [key]) => {
      fields[String(key)] = value;
    };
    await readJsonRows(path, sink, { total: keep, seconds: keep, containersPerSecond: keep });
    take(fields, [], 1);
  },
};
