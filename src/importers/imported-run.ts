import { z } from "zod";
import type { Frozen } from "../campaign-files/events/fields.js";
import { definition } from "./definition.js";

/** The schema of a run in import.json. */
export const importedRun = z.object({
  /** An id of lower-case letters and digits, as in run folders and tables. */
  runtime: z.string(),
  /** The source's own name. */
  label: z.string(),
  /** Settings that the source states, such as the snapshotter. */
  config: z.record(z.string(), z.union([z.string(), z.number()])),
  definition,
  /** `samples`: each value is a separate measurement. `bursts`: the values of a round were started together. */
  unit: z.enum(["samples", "bursts"]),
});

/** The schema of a burst in import.json. */
export const importedBurst = z.object({
  concurrency: z.number().nullable(),
  /** 1 for the first. */
  round: z.number(),
  /** From the first request to the last end. */
  makespanMs: z.number(),
});

/** The schema of a rate in import.json. */
export const importedRate = z.object({ perSecond: z.number(), total: z.number(), seconds: z.number() });

/** The subject of a measurement: one for each runtime in a file. */
export interface ImportedRun extends Frozen<z.infer<typeof importedRun>> {
  /** The run's name, if it was read from a folder of imported results; importers leave it undefined. */
  readonly run?: string;
}

/** A burst, as the source states it. */
export type ImportedBurst = Frozen<z.infer<typeof importedBurst>>;

/** A rate without samples. */
export type ImportedRate = Frozen<z.infer<typeof importedRate>>;
