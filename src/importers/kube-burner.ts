import { z } from "zod";
import type { Definition } from "./definition.js";
import { type Importer, idFrom, plausibleMs, plausibleOrZeroText } from "./importer.js";
import { checked, readJsonRows } from "./json-rows.js";

const definition: Definition = {
  tool: "kube-burner",
  from: "pod created",
  to: "pod Ready, by the status's timestamps",
  resolution: 1000,
  lacks: ["CPU", "memory", "failed pods", "the runtime's name"],
  note: "Kubernetes stamps conditions in whole seconds, and old versions write 0 for a negative latency; pods are created at a rate, not at once",
};

const pod = z.object({
  metricName: z.literal("podLatencyMeasurement"),
  timestamp: z.iso.datetime({ offset: true, error: "a time such as 2026-01-31T12:00:00Z" }),
  podReadyLatency: z.number(),
  jobName: z.string().optional(),
  jobConfig: z.object({ name: z.string().optional() }).optional(),
  uuid: z.string().optional(),
});
const quantiles = z.object({ metricName: z.literal("podLatencyQuantilesMeasurement") });

/** kube-burner's podLatencyMeasurement documents: one object for each pod, in one list. Each job of a run is one burst. */
export const kubeBurner: Importer = {
  format: "kube-burner",
  what: "podLatencyMeasurement JSON",
  recognises: ({ text }) => /"metricName"\s*:\s*"podLatency(Quantiles)?Measurement"/.test(text),
  async read(path, sink, { runtime }) {
    const bursts = new Map<string, { readonly round: number; clients: number }>();
    const roundsOf = new Map<string, number>();
    const row = checked(z.discriminatedUnion("metricName", [quantiles, pod]), sink, (value, line, place) => {
      // kube-burner's own summary of the same pods is ignored
      if (value.metricName === "podLatencyQuantilesMeasurement") return;
      const { timestamp, podReadyLatency: latencyMs, uuid = "" } = value;
      // versions differ in where they name the job; the first versions do not name it
      const jobName = value.jobName ?? value.jobConfig?.name ?? "pods";
      if (!plausibleMs(latencyMs, true)) {
        const expected = `${plausibleOrZeroText} in ${place}.podReadyLatency`;
        return sink.problem(line, "RUND_IMPORT_VALUE", expected, String(latencyMs));
      }
      const key = `${jobName}/${uuid}`;
      let burst = bursts.get(key);
      if (burst === undefined) {
        burst = { round: (roundsOf.get(jobName) ?? 0) + 1, clients: 0 };
        bursts.set(key, burst);
        roundsOf.set(jobName, burst.round);
      }
      const { round } = burst;
      const client = ++burst.clients;
      const startMs = Date.parse(timestamp);
      sink
        .run({ runtime: runtime ?? idFrom(jobName), label: jobName, config: {}, definition, unit: "bursts" })
        .sample({ concurrency: null, round, client, startMs, outcome: "ready", latencyMs, reason: "" });
    });
    await readJsonRows(path, sink, { "*": row });
  },
};
