import { LabError } from "../../model/errors.js";
import { workloadImageName } from "../containerd/images/workload-image.js";
import { emptySandbox, type Workload, type WorkloadContainer } from "../round/driver.js";
import { containerSettingNames } from "./setting-rules.js";
import { type ExperimentSettings, wrongSetting } from "./settings.js";

/** The settings of the workload; all of them may be undefined. */
export type WorkloadSettings = Pick<
  ExperimentSettings,
  | "until"
  | "network"
  | "withContainer"
  | "cgroupParent"
  | "seccomp"
  | "reflink"
  | (typeof containerSettingNames)[number]
>;

/** The port of the default workload. On the host's network, the clients of a round use this one and the next ones. */
const usualPort = 18_080;

/** Returns the workload of a round's sandboxes: their container, and the end of their cold starts. */
export function workloadOf(settings: WorkloadSettings): Workload {
  const { until = "sandbox" } = settings;
  return until === "sandbox" ? emptySandbox : { until, container: containerOf(settings) };
}

/** Returns the workload of standing sandboxes. With a container, they count as started when it runs. */
export function standingWorkloadOf(settings: WorkloadSettings): Workload {
  return settings.withContainer === true ? { until: "container", container: containerOf(settings) } : emptySandbox;
}

/**
 * Makes sure that the settings of the workload are consistent.
 *
 * @throws LabError `RUND_SETTING_UNUSED` for a container's setting where no sandbox has one; `RUND_SETTING` for a port that is
 * missing, or leaves too few for all clients on the host's network
 */
export function checkWorkload(settings: ExperimentSettings): void {
  const { until = "sandbox", withContainer = false, concurrency, network, port } = settings;
  if (until === "sandbox" && !withContainer) {
    const unused = containerSettingNames.find(name => settings[name] !== undefined);
    if (unused === undefined) return;
    throw new LabError("RUND_SETTING_UNUSED", "usage", "the sandboxes have no container", {
      where: unused,
      hint: "--until container, output or response starts a container in each sandbox; --with-container in background sandboxes",
    });
  }
  const foreign = settings.image !== undefined || settings.command !== undefined;
  if (until === "response" && foreign && port === undefined) {
    const hint = "such as --port 80; on the host's network the process finds its port in the environment variable PORT";
    throw wrongSetting("port", "the port that the process serves", "none", hint);
  }
  const last = (port ?? usualPort) + Math.max(1, ...concurrency) - 1;
  if (network !== "pod" && last > 65_535) {
    const hint = "on the host's network each client needs its own port: choose a lower first port, or --network pod";
    const expected = `a port for each of ${Math.max(...concurrency)} clients, up to 65535`;
    throw wrongSetting("port", expected, `${port} to ${last}`, hint);
  }
}

function containerOf(settings: WorkloadSettings): WorkloadContainer {
  const { image = workloadImageName, pull = false, command = "", env = [], port = usualPort } = settings;
  const { path, cpu = null, memoryLimit = null } = settings;
  const own = settings.image === undefined && command === "";
  return {
    image,
    pull,
    command: splitWords(command),
    port,
    cpu,
    memoryMiB: memoryLimit,
    env: Object.fromEntries(env.map(each => [each.slice(0, each.indexOf("=")), each.slice(each.indexOf("=") + 1)])),
    // the default workload serves HTTP; another image is only known to serve the port
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
