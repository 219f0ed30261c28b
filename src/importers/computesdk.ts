import { z } from "zod";
import type { Definition } from "./definition.js";
import { type Importer, idFrom, plausibleMs, plausibleText } from "./importer.js";
import { checked, readJsonRows } from "./json-rows.js";

const definition: Definition = {
  tool: "computesdk",
  from: "sandbox requested from a provider's API",
  to: "its first command has run",
  resolution: 0.01,
  lacks: ["CPU", "memory", "the runtime's name", "the host"],
  note: "it includes the network on the way to the provider",
};

const iteration = z.object({ ttiMs: z.number().nullish(), error: z.string().nullish() });
const ramp = z.object({ launchedAt: z.number(), readyAt: z.number(), ttiMs: z.number() });
const result = z.object({
  provider: z.string(),
  mode: z.enum(["concurrent", "burst", "staggered", "sequential"]).optional(),
  concurrency: z.number().int().positive().optional(),
  staggerDelayMs: z.number().optional(),
  wallClockMs: z.number().optional(),
  iterations: z.array(iteration),
  rampProfile: z.array(ramp).optional(),
});

/**
 * computesdk's benchmark of sandbox providers: sequential (one after another), burst (`concurrent`: all at once) and staggered
 * (at fixed intervals, which is an open loop).
 */
export const computesdk: Importer = {
  format: "computesdk",
  what: "JSON of its burst, staggered and sequential tests",
  recognises: ({ text }) => /"provider"\s*:/.test(text) && /"ttiMs"\s*:/.test(text),
  async read(path, sink) {
    const version = checked(z.string(), sink, (found, line) => {
      if (found !== "1.1")
        sink.problem(line, "RUND_IMPORT_VERSION", "version 1.1, the only one that this importer knows", found);
    });
    const provider = checked(result, sink, (found, line, place) => {
      const { mode = "sequential", iterations, rampProfile, staggerDelayMs } = found;
      const burst = mode !== "sequential";
      const config = staggerDelayMs === undefined ? { mode } : { mode, staggerDelayMs };
      const run = sink.run({
        // staggered starts are not a burst, so they must not share a cell with one of the same concurrency
        runtime: idFrom(mode === "staggered" ? `${found.provider}staggered` : found.provider),
        label: mode === "staggered" ? `${found.provider}, staggered` : found.provider,
        config,
        definition,
        unit: burst ? "bursts" : "samples",
      });
      const concurrency = burst ? (found.concurrency ?? null) : 1;
      if (burst && found.wallClockMs !== undefined) {
        if (plausibleMs(found.wallClockMs)) run.burst({ concurrency, round: 1, makespanMs: found.wallClockMs });
        else
          sink.problem(
            line,
            "RUND_IMPORT_VALUE",
            `${plausibleText} in ${place}.wallClockMs`,
            String(found.wallClockMs),
          );
      }
      let ready = 0;
      for (const [index, { ttiMs, error }] of iterations.entries()) {
        // the ramp does not contain the failed iterations
        const launch = error == null ? rampProfile?.[ready++] : undefined;
        const plain = {
          concurrency,
          round: burst ? 1 : index + 1,
          client: burst ? index + 1 : 1,
          startMs: launch !== undefined && launch.ttiMs === ttiMs ? launch.launchedAt : null,
        };
        if (error != null) run.sample({ ...plain, outcome: "failed", latencyMs: null, reason: error });
        else if (ttiMs != null && plausibleMs(ttiMs))
          run.sample({ ...plain, outcome: "ready", latencyMs: ttiMs, reason: "" });
        else {
          const expected = `${plausibleText} in ${place}.iterations[${index}].ttiMs`;
          sink.problem(line, "RUND_IMPORT_VALUE", expected, String(ttiMs ?? "nothing"));
        }
      }
    });
    await readJsonRows(path, sink, { version, "results.*": provider });
  },
};
