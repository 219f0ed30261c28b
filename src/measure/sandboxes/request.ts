import type { SandboxConfig } from "../cri/grpc/client.js";
import { type SandboxLabels, sandboxLabels } from "../cri/labels.js";

/** The namespace of rund-lab's sandboxes. Removal relies on labels, never on the namespace. */
const sandboxNamespace = "rund-lab";

/** The common parts of one session's sandboxes. */
export interface SandboxMaker {
  /** The campaign's label: no other campaign has it, wherever its folder is. */
  readonly campaign: string;
  /** A random text that no other session has, so that no name is used twice. */
  readonly session: string;
}

let made = 0;

/**
 * Returns the request for one sandbox.
 *
 * @param handler the CRI runtime handler
 * @param labels its purpose; name and uid follow from them and from the session
 */
export function sandboxRequest(
  { campaign, session }: SandboxMaker,
  handler: string,
  network: SandboxConfig["network"],
  labels: Omit<SandboxLabels, "campaign">,
): SandboxConfig {
  const { role, runtime, density, concurrency, round, client } = labels;
  made += 1;
  return {
    name: `${role}-${runtime}-${density}-${concurrency}-${round}-${client}`,
    uid: `${session}-${made}`,
    namespace: sandboxNamespace,
    handler,
    labels: sandboxLabels({ campaign, ...labels }),
    network,
  };
}

/** Returns the labels of a sandbox that is started to try a runtime out. */
export const probeLabels = (runtime: string): Omit<SandboxLabels, "campaign"> => ({
  experiment: "time",
  runtime,
  density: 0,
  concurrency: 1,
  round: 1,
  client: 1,
  role: "probe",
});
