import { z } from "zod";
import { formatRunName } from "../logs/names.js";
import { LabError } from "../model/errors.js";
import { experimentNames } from "../model/experiment.js";
import { describePath, mismatches } from "../model/mismatch.js";
import type { Problem } from "../model/problem.js";
import { runtimeColours } from "../model/runtimes.js";
import { type Frozen, instant, ordinal } from "./events/fields.js";
import { manifestHost } from "./host.js";

const text = z.string();
const version = text.nullable();

/** The recording that a replay server plays. Durations in the logs are those of the recording: `speed` times the elapsed time. */
export const replayInfo = z.strictObject({
  /** The dataset's name. */
  dataset: text,
  speed: z.number().positive().max(1e6),
  seed: z.int().min(0),
});

const manifestRun = z
  .strictObject({
    run: text,
    experiment: z.enum(experimentNames),
    runtime: text.min(1),
    handler: text,
    label: text,
    /** The colour that its declaration names; none for other runtimes and in older campaigns. */
    colour: z.enum(runtimeColours).nullish(),
    /** Month, day, hour and minute in UTC, as in the folder's name. */
    recorded: text.regex(/^\d{8}$/, "month, day, hour and minute as eight digits"),
    /** 1 for the first; always 1 except in the memory experiment. */
    repeat: ordinal,
    versions: z.strictObject({ kernel: version, containerd: version, crictl: version, kata: version, vmm: version }),
    template: z.boolean().nullable(),
    /** Effective values that matter to a comparison: snapshotter, defaultMemoryMb, guestMemoryExtraMb, sharedFs, … */
    config: z.record(text, z.union([text, z.number(), z.boolean()]).nullable()),
  })
  .refine(run => run.run === formatRunName(run), {
    error: "the name of a run folder with this experiment, runtime and time",
  });

const manifest = z
  .strictObject({
    format: z.literal(1),
    /** The campaign folder's name. */
    campaign: text.min(1),
    /** The label that all sandboxes of the campaign have, and no others; the folder may be moved and renamed. */
    label: text.min(1),
    /** The name in its campaign file; null without one. */
    name: text.nullable(),
    /** The campaign's status. If it is `running` and no process works on it, the campaign was killed. */
    status: z.enum(["running", "complete", "interrupted", "failed"]),
    /** The reason why a campaign failed or was interrupted; null otherwise. */
    why: text.nullable(),
    startedAt: instant,
    endedAt: instant.nullable(),
    /** The arguments of `rund-lab`. */
    command: z.array(text),
    tool: z.strictObject({ version: text, node: text }),
    /** The driver: `cri` over gRPC, `crictl` with a process for each call, or `kubernetes`. */
    driver: text.min(1),
    endpoint: text,
    /** The service's own name and version. */
    service: z.strictObject({ name: text, version: text }),
    /** Whether a replay server played the rounds back, so that they were not measured. */
    replayed: z.boolean(),
    replay: replayInfo.nullable(),
    host: manifestHost,
    plan: z.strictObject({
      /** SHA-256 of the settings, which determine every round. A campaign can resume only with the same settings. */
      digest: text.min(1),
      /** The settings, in the form that `measure` defines. */
      settings: z.custom<object>(
        value => typeof value === "object" && value !== null && !Array.isArray(value),
        "an object",
      ),
    }),
    /** The run folders in the campaign's folder, in the order of the plan. */
    runs: z.array(manifestRun),
  })
  .refine(({ replayed, replay }) => replayed === (replay !== null), {
    error: "a replay if replayed is true, and none otherwise",
  });

/** `run.json`, a fresh campaign's own description. It is written first, with status `running`, and again after each change. */
export type Manifest = Frozen<z.infer<typeof manifest>>;

/** The status of a campaign. */
export type CampaignStatus = Manifest["status"];

/** One run folder: one runtime in one experiment (in the memory experiment, one repeat of it). */
export type ManifestRun = Manifest["runs"][number];

/** The recording that a replay server plays. */
export type ReplayInfo = Frozen<z.infer<typeof replayInfo>>;

/** Writes the manifest as the text of `run.json`. */
export const formatManifest = (value: Manifest): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * Reads `run.json` and checks every field.
 *
 * @throws LabError `RUND_MANIFEST` (input) if a part is missing, invalid or unknown; it names the first one
 */
export function parseManifest(text: string, file = "run.json"): Manifest {
  const { manifest, problems } = examineManifest(text, file);
  const [first] = problems;
  if (first !== undefined) throw refusal(file, first.expected, first.found);
  return manifest;
}

/**
 * Reads the valid parts of `run.json`: an invalid part that may be unknown, such as a version or a fact about the host, becomes
 * null.
 *
 * @returns the manifest, and a problem with its path for each missing, invalid or unknown part
 * @throws LabError `RUND_MANIFEST` (input) if a required part is invalid, such as a run's experiment
 */
export function examineManifest(
  text: string,
  file = "run.json",
): { readonly manifest: Manifest; readonly problems: readonly Problem[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refusal(file, "a JSON document", text.trim() === "" ? "nothing" : "text that is not JSON", cause);
  }
  const read = manifest.safeParse(value);
  if (read.success) return { manifest: read.data, problems: [] };
  const faults = mismatches(value, read.error);
  const problems = faults.map(({ path, expected, found }) => ({
    file,
    line: null,
    code: "RUND_MANIFEST",
    expected: `${expected} in ${describePath(path)}`,
    found,
  }));
  for (const issue of read.error.issues) {
    if (issue.code === "unrecognized_keys") for (const key of issue.keys) replacePart(value, [...issue.path, key]);
    else replacePart(value, issue.path, null);
  }
  const again = manifest.safeParse(value);
  if (again.success) return { manifest: again.data, problems };
  const wrong = again.error.issues[0]!.path.join(".");
  const { path, expected, found } = faults.find(each => each.path.join(".") === wrong) ?? faults[0]!;
  throw refusal(file, `${expected} in ${describePath(path)}`, found);
}

/** Sets a part of a document, or removes it; nothing is created below a missing part. */
function replacePart(document: unknown, path: readonly PropertyKey[], value?: null): void {
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | null | undefined)?.[key], document);
  const key = path.at(-1);
  if (typeof holder !== "object" || holder === null || key === undefined) return;
  if (value === undefined) delete (holder as Record<PropertyKey, unknown>)[key];
  else (holder as Record<PropertyKey, unknown>)[key] = value;
}

const refusal = (where: string, expected: string, found: string, cause?: unknown): LabError =>
  new LabError("RUND_MANIFEST", "input", "", {
    where,
    expected,
    found,
    hint: "`rund-lab run` writes a campaign's run.json; restore it, or leave the folder out",
    cause,
  });
