import type { SoftwareVersions } from "../logs/versions.js";
import { LabError } from "../model/errors.js";
import { type Experiment, experimentNames } from "../model/experiment.js";

/** How far a campaign came. One that still says `running` without a process at work was killed. */
export type CampaignStatus = "running" | "complete" | "interrupted" | "failed";

/** `run.json`, what a fresh campaign says of itself. Written first, with status `running`, and again whenever that changes. */
export interface Manifest {
  readonly format: 1;
  /** The campaign folder's name. */
  readonly campaign: string;
  /** What every sandbox of the campaign is labelled with, and no other; the folder may be moved and renamed. */
  readonly label: string;
  /** The name its campaign file gives it; null without one. */
  readonly name: string | null;
  readonly status: CampaignStatus;
  /** What ended a failed or interrupted campaign; null otherwise. */
  readonly why: string | null;
  /** UTC, ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** The words after `rund-lab`. */
  readonly command: readonly string[];
  readonly tool: { readonly version: string; readonly node: string };
  /** How cold starts are made: `cri` over gRPC, or `crictl` with a process for each call. */
  readonly driver: string;
  readonly endpoint: string;
  /** The CRI service's own name and version. */
  readonly service: { readonly name: string; readonly version: string };
  /** Handed out by the replay server, not measured. */
  readonly replayed: boolean;
  /** What was replayed: durations in the logs are those of the recording, so many times what passed here. */
  readonly replay: { readonly dataset: string; readonly speed: number; readonly seed: number } | null;
  readonly host: ManifestHost;
  readonly plan: ManifestPlan;
  /** The run folders in the campaign's folder, in the order they were planned. */
  readonly runs: readonly ManifestRun[];
}

/** The machine; whatever else its fingerprint holds stands beside the id. */
export interface ManifestHost {
  /** Equal for campaigns on the same machine. */
  readonly id: string;
  readonly [part: string]: unknown;
}

/** What the campaign was asked to measure, and the digest by which `--resume` knows it again. */
export interface ManifestPlan {
  /** SHA-256 of the settings, which decide every round of the campaign. A campaign resumes only under the same one. */
  readonly digest: string;
  /** The settings as `measure` understands them. */
  readonly settings: unknown;
}

/** One run folder: one runtime in one experiment (in the memory experiment, one repeat of it). */
export interface ManifestRun {
  readonly run: string;
  readonly experiment: Experiment;
  readonly runtime: string;
  readonly handler: string;
  readonly label: string;
  /** Month, day, hour and minute in UTC, as in the folder's name. */
  readonly recorded: string;
  /** 1 for the first; always 1 but in the memory experiment. */
  readonly repeat: number;
  readonly versions: SoftwareVersions;
  readonly template: boolean | null;
  /** Effective values that matter to a comparison: snapshotter, defaultMemoryMb, guestMemoryExtraMb, sharedFs, … */
  readonly config: Readonly<Record<string, string | number | boolean | null>>;
}

/** The manifest as the text of `run.json`. */
export const formatManifest = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/**
 * Reads `run.json`.
 *
 * @throws LabError `RUND_MANIFEST` where it is no manifest, naming the first field that is not as it should be
 */
export function parseManifest(text: string, file = "run.json"): Manifest {
  const refuse = (expected: string, found: string, cause?: unknown): never => {
    throw new LabError("RUND_MANIFEST", "input", "", {
      where: file,
      expected,
      found,
      hint: "a campaign's run.json is written by `rund-lab run`; restore it, or leave the folder out",
      cause,
    });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return refuse("a JSON document", text.trim() === "" ? "nothing" : "something else", cause);
  }
  const fault = misfit(value, shape, "");
  if (fault !== undefined) return refuse(`${fault.expected} in ${fault.path || "the document"}`, fault.found);
  return value as Manifest;
}

/** What a JSON value must look like: a test with its name for people, a list of something, or fields. */
type Shape =
  | { readonly is: (value: unknown) => boolean; readonly name: string }
  | { readonly each: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

const text: Shape = { is: value => typeof value === "string", name: "text" };
const textOrNull: Shape = { is: value => value === null || typeof value === "string", name: "text or null" };
const number: Shape = { is: value => typeof value === "number", name: "a number" };
const oneOf = (...values: readonly unknown[]): Shape => ({
  is: value => values.includes(value),
  name: values.map(value => JSON.stringify(value)).join(", "),
});
const plain: Shape = {
  is: value =>
    isRecord(value) &&
    Object.values(value).every(each => each === null || ["string", "number", "boolean"].includes(typeof each)),
  name: "names with plain values",
};

const shape: Shape = {
  fields: {
    format: oneOf(1),
    campaign: text,
    label: text,
    name: textOrNull,
    status: oneOf("running", "complete", "interrupted", "failed"),
    why: textOrNull,
    startedAt: text,
    endedAt: textOrNull,
    command: { each: text },
    tool: { fields: { version: text, node: text } },
    driver: text,
    endpoint: text,
    service: { fields: { name: text, version: text } },
    replayed: oneOf(true, false),
    replay: { is: value => value === null || isRecord(value), name: "an object or null" },
    host: { fields: { id: text } },
    plan: { fields: { digest: text, settings: { is: isRecord, name: "an object" } } },
    runs: {
      each: {
        fields: {
          run: text,
          experiment: oneOf(...experimentNames),
          runtime: text,
          handler: text,
          label: text,
          recorded: text,
          repeat: number,
          versions: {
            fields: {
              kernel: textOrNull,
              containerd: textOrNull,
              crictl: textOrNull,
              kata: textOrNull,
              vmm: textOrNull,
            },
          },
          template: oneOf(true, false, null),
          config: plain,
        },
      },
    },
  },
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function misfit(
  value: unknown,
  expected: Shape,
  path: string,
): { readonly path: string; readonly expected: string; readonly found: string } | undefined {
  const found = value === undefined ? "nothing" : (JSON.stringify(value) ?? "nothing").slice(0, 60);
  if ("is" in expected) return expected.is(value) ? undefined : { path, expected: expected.name, found };
  if ("each" in expected) {
    if (!Array.isArray(value)) return { path, expected: "a list", found };
    for (const [index, each] of value.entries()) {
      const fault = misfit(each, expected.each, `${path}[${index}]`);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }
  if (!isRecord(value)) return { path, expected: "an object", found };
  for (const [name, inner] of Object.entries(expected.fields)) {
    const fault = misfit(value[name], inner, path === "" ? name : `${path}.${name}`);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
