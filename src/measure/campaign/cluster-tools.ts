import { LabError } from "../../model/errors.js";
import { workloadImageName } from "../containerd/images/workload-image.js";
import type { MemoryTools } from "../experiments/visit.js";
import { readHostState } from "../host/state.js";
import { clusterDriver } from "../kubernetes/driver.js";
import { deleteNamespace, ensureNamespace, namespaceName } from "../kubernetes/namespace.js";
import type { ClusterNode } from "../kubernetes/nodes.js";
import { deleteRuntimeClasses, makeRuntimeClasses } from "../kubernetes/runtime-classes.js";
import { type ClusterService, namespaceOf } from "../kubernetes/service.js";
import { microTools } from "../micro/micro-tools.js";
import { machineClock } from "../round/clock.js";
import { usualTiming } from "../round/timing.js";
import type { MeasureOptions } from "./options.js";
import { noChanges, type Preparation, unknownRun } from "./preparation.js";
import type { CampaignTools } from "./tools.js";

/**
 * Returns the tools of a campaign on a cluster. CPU and memory are those of the nodes, as their kubelets report them. From
 * rund-lab's own machine, a round records only the delay of the event loop.
 */
export function clusterTools(
  service: ClusterService,
  label: string,
  { plan, timing = usualTiming }: Pick<MeasureOptions, "plan" | "timing">,
): Omit<CampaignTools, "report" | "warn" | "decided" | "holds" | "watchLoop" | "runCommand"> {
  const { cluster, settings, nodes, make } = service;
  const { api } = cluster;
  const namespace = namespaceOf(settings, namespaceName(label));
  const image = plan.settings.experiments.find(each => each.image !== undefined)?.image ?? workloadImageName;
  const driver = clusterDriver({
    api,
    clock: machineClock,
    campaign: label,
    template: { namespace: namespace.name, image, priorityClass: settings.priorityClass },
    runtimeClasses: new Map(Object.entries(settings.runtimeClasses)),
    placement: { nodes: settings.nodes, how: settings.placement },
    nodes: nodes.map(({ name }) => name),
    async prepare() {
      await makeRuntimeClasses(api, make, label);
      await ensureNamespace(api, namespace, label);
    },
  });
  return {
    driver,
    clock: machineClock,
    host: { cpu: () => noCpu, state: readHostState, pressure: () => ({ swapIn: 0, stallUs: 0 }) },
    // rund-lab cannot find out within a second whether a node is quiet
    timing: { ...timing, idleMs: 0, settleMs: 0, quietLimitMs: 0, keepMs: 0 },
    memory: noMemory,
    headroom: { bounds: () => [], protect: () => () => {} },
    preparation: clusterPreparation(service),
    serviceLog: null,
    // kubelets ask for the service's default seccomp profile for each sandbox
    workloadFacts: async settings => ({ image: settings.image ?? workloadImageName, seccomp: true }),
    micro: microTools(label, ""),
    async close() {
      await driver.close();
      await deleteNamespace(api, namespace);
      await deleteRuntimeClasses(api, make, label);
    },
  };
}

const noCpu = { ticks: { busy: 0, total: 0, iowait: 0, steal: 0 }, harnessUs: 0 };

/** Returns the preparation of a campaign on a cluster. It changes nothing; a run is described by its nodes and its RuntimeClass. */
function clusterPreparation({ cluster, settings, nodes, runtimeClasses }: ClusterService): Preparation {
  return {
    ...noChanges,
    async describe({ id }) {
      const runtimeClass = settings.runtimeClasses[id] ?? id;
      const overhead = runtimeClasses.find(({ name }) => name === runtimeClass)?.overhead ?? null;
      const same = (property: "kernel" | "runtime") => [...new Set(nodes.map(each => each[property]))].join(" | ");
      return {
        versions: { ...unknownRun.versions, kernel: same("kernel"), containerd: same("runtime") },
        template: null,
        config: {
          runtimeClass,
          kubernetes: cluster.version,
          nodes: nodes.length,
          placement: settings.placement,
          overheadMemory: overhead?.memory ?? null,
          overheadCpu: overhead?.cpu ?? null,
        },
        files: { "versions.txt": `Kubernetes ${cluster.version}\n${nodes.map(describeNode).join("")}` },
      };
    },
  };
}

const describeNode = ({ name, kernel, runtime, kubelet, os }: ClusterNode): string =>
  `node ${name}: kernel ${kernel}, ${runtime}, kubelet ${kubelet}, ${os}\n`;

function refuseMemory(): never {
  throw new LabError("RUND_CLUSTER_MEMORY", "usage", "PSS cannot be read from outside a node", {
    where: "run memory --cluster",
    hint: "environment/kubernetes/memory runs the memory experiment on every node, as a DaemonSet",
  });
}

const noMemory: MemoryTools = {
  snapshot: refuseMemory,
  enginePssKiB: refuseMemory,
  host: refuseMemory,
  settings: refuseMemory,
};
