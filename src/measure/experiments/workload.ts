import { workloadImageName } from "../containerd/workload-image.js";
import { emptySandbox, type Workload, type WorkloadContainer } from "../round/driver.js";
import type { ExperimentSettings } from "./settings.js";

/** What the settings say of the workload; all of it may be left out. */
export type WorkloadSettings = Pick<
  ExperimentSettings,
  "until" | "network" | "image" | "pull" | "command" | "env" | "port" | "path" | "cpu" | "memoryLimit" | "withContainer"
>;

/** The port of the default workload. On the host's network the clients of a round take this one and those after it. */
const usualPort = 18_080;

/** What a round's sandboxes are started with, and where their cold starts end. */
export function workloadOf(settings: WorkloadSettings): Workload {
  const { until = "sandbox" } = settings;
  return until === "sandbox" ? emptySandbox : { until, container: containerOf(settings) };
}

/** What standing sandboxes are started with: with a container, they count as started when that runs. */
export function standingWorkloadOf(settings: WorkloadSettings): Workload {
  return settings.withContainer === true ? { until: "container", container: containerOf(settings) } : emptySandbox;
}

function containerOf(settings: WorkloadSettings): WorkloadContainer {
  const { image = workloadImageName, pull = false, command = "", env = [], port = usualPort } = settings;
  const { path, cpu = null, memoryLimit = null } = settings;
  const own = settings.image === undefined && command === "";
  return {
    ...{ image, pull, command: splitWords(command), port, cpu, memoryMiB: memoryLimit },
    env: Object.fromEntries(env.map(each => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)])),
    // the default workload serves HTTP; of another image only the port is known
    path: path ?? (own ? "/" : null),
  };
}

/**
 * Splits a command into its words as a POSIX shell does, without expanding anything.
 *
 * @example splitWords("sh -c 'echo \"a b\"; sleep 1'") // ["sh", "-c", "echo \"a b\"; sleep 1"]
 * @example splitWords("") // []
 */
export function splitWords(command: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of command.matchAll(/(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+/gs)) {
    words.push(
      word.replaceAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs, (_, single, double, escaped) =>
        single !== undefined ? single : double !== undefined ? double.replaceAll(/\\(["\\$`])/g, "$1") : escaped,
      ),
    );
  }
  return words;
}
