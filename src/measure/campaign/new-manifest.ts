import { randomBytes } from "node:crypto";
import type { Manifest, ManifestRun } from "../../campaign-files/manifest.js";
import { formatRunName } from "../../logs/index.js";
import { experimentTable } from "../experiments/index.js";
import { readFingerprint } from "../host/fingerprint.js";
import type { ClusterService } from "../kubernetes/service.js";
import type { Plan } from "../plan/plan.js";
import { settingsDigest } from "../plan/settings.js";
import type { MeasureOptions } from "./options.js";
import { unknownRun } from "./preparation.js";
import type { Service } from "./service/service.js";

/** Returns the manifest of a new campaign. */
export function newManifest(name: string, at: string, options: MeasureOptions): Manifest {
  const { plan, service, endpoint, command, toolVersion } = options;
  return {
    format: 1,
    campaign: name,
    label: `${name}-${randomBytes(4).toString("hex")}`,
    name: plan.settings.name,
    status: "running",
    why: null,
    startedAt: at,
    endedAt: null,
    command,
    tool: { version: toolVersion, node: process.versions.node },
    endpoint,
    ...("cluster" in service ? aboutCluster(service) : aboutService(service)),
    plan: { digest: settingsDigest(plan.settings), settings: plan.settings },
    runs: newRuns(plan, at),
  };
}

const aboutService = ({ cri, version, replay }: Service) => ({
  driver: cri.driver,
  service: { name: version.runtimeName, version: version.runtimeVersion },
  replayed: replay !== null,
  replay,
  host: { ...readFingerprint() },
});

/** Returns the part of the manifest about a cluster. Its machines are the nodes, not the machine on which rund-lab runs. */
const aboutCluster = ({ cluster: { id, version }, nodes, runtimeClasses }: ClusterService) => ({
  driver: "kubernetes",
  service: { name: "kubernetes", version },
  replayed: false,
  replay: null,
  host: { id, nodes, runtimeClasses, client: readFingerprint() },
});

/** Returns the run folders of a plan. A name ends with its minute; if it is taken, the next free minute is used. */
function newRuns(plan: Plan, at: string): readonly ManifestRun[] {
  const taken = new Set<string>();
  const runs: ManifestRun[] = [];
  for (const { settings, parts } of plan.experiments) {
    const { experiment, runtimes, rounds } = settings;
    const known = parts.flatMap(part => part.runtimes);
    for (let repeat = 1; repeat <= (experimentTable[experiment].repeats ? rounds : 1); repeat++) {
      for (const id of runtimes) {
        const { handler, label, colour } = known.find(runtime => runtime.id === id)!;
        let minute = Date.parse(at);
        let name = { experiment, runtime: id, recorded: stamp(minute) };
        while (taken.has(formatRunName(name))) {
          minute += 60_000;
          name = { ...name, recorded: stamp(minute) };
        }
        taken.add(formatRunName(name));
        runs.push({ run: formatRunName(name), ...name, handler, label, colour, repeat, ...unknownRun });
      }
    }
  }
  return runs;
}

/** Returns month, day, hour and minute in UTC: `12252108`. */
const stamp = (epochMs: number): string => new Date(epochMs).toISOString().slice(5, 16).replaceAll(/[-T:]/g, "");
