import type { Experiment } from "../../model/experiment.js";
import type { SandboxConfig } from "./grpc/client.js";

/**
 * The labels of every sandbox of a campaign. They identify exactly the campaign's own sandboxes for the clean-up, and the recorded
 * round of a request for the replay server.
 */
export const labelNames = {
  /** The campaign's label: its folder's name and eight random hex digits. */
  campaign: "rund-lab.campaign",
  /** The experiment's id, such as `time`. */
  experiment: "rund-lab.experiment",
  /** The runtime's id, not its handler. */
  runtime: "rund-lab.runtime",
  /** Background sandboxes of the cell. */
  density: "rund-lab.density",
  concurrency: "rund-lab.concurrency",
  /** The round within its cell, 1 for the first; warm-up rounds are numbered separately. */
  round: "rund-lab.round",
  /** The client within its round, 1 for the first. */
  client: "rund-lab.client",
  role: "rund-lab.role",
} as const;

/** The purpose of a sandbox. Only `test` and `warmup` are cold starts of a round. */
export type SandboxRole = "test" | "warmup" | "background" | "prewarm" | "probe";

/** The content of a sandbox's labels. */
export interface SandboxLabels {
  readonly campaign: string;
  readonly experiment: Experiment;
  readonly runtime: string;
  readonly density: number;
  readonly concurrency: number;
  readonly round: number;
  readonly client: number;
  readonly role: SandboxRole;
}

/**
 * Returns a sandbox's labels with the names and texts that CRI gets; labels that are not given are left out.
 *
 * @example sandboxLabels({ campaign: "c1", role: "test", client: 7 }) // { "rund-lab.campaign": "c1", "rund-lab.role": "test", "rund-lab.client": "7" }
 */
export function sandboxLabels(labels: Partial<SandboxLabels>): SandboxConfig["labels"] {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [labelNames[name as keyof SandboxLabels], String(value)]),
  );
}

/**
 * Whether all wanted labels exist with exactly these values.
 *
 * @example hasLabels({ a: "1", b: "2" }, { a: "1" }) // true
 * @example hasLabels({ a: "10" }, { a: "1" }) // false
 */
export function hasLabels(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}
