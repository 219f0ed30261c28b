import type { Manifest } from "../../campaign-files/index.js";
import {
  type CampaignSettings,
  type ClusterService,
  type ClusterSettings,
  runtimes as known,
  nodeConfounds,
  openCluster,
  type Plan,
  podRoom,
  type RuntimeDeclaration,
  readNodeUsage,
  requireNodes,
  requireRuntimeClasses,
  runtimesOf,
  type Timing,
} from "../../measure/index.js";
import { describeClockSkew } from "../../model/clock-skew.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { type Io, note } from "../terminal/io.js";
import { flagOf } from "../terminal/option-value.js";
import type { MachineOptions } from "./machine.js";
import { planFor } from "./plan-for.js";
import type { RunSettings } from "./settings.js";
import type { Target } from "./target.js";

/** The options of `run` for a cluster. */
export interface ClusterOptions {
  /** A context's name, or true for the kubeconfig's current one. */
  readonly cluster?: string | true;
  readonly runtimeClass?: readonly string[];
  readonly nodes?: readonly string[];
  readonly placement?: ClusterSettings["placement"];
  readonly namespace?: string;
  readonly priorityClass?: string;
  readonly makeRuntimeClasses?: boolean;
  readonly force?: boolean;
}

/** A cluster on which a campaign is measured, and the runtimes behind its RuntimeClasses. */
interface ClusterRun {
  readonly service: ClusterService;
  readonly runtimes: readonly RuntimeDeclaration[];
  /** The endpoint in the manifest: `kubernetes:CONTEXT`. */
  readonly endpoint: string;
}

/**
 * The pauses before and after a round, used only to estimate a plan's duration: a kubelet reports a start up to a second late, and takes three
 * seconds to remove its pods.
 */
const clusterTiming: Timing = { quietLimitMs: 0, idleMs: 1_000, settleMs: 3_000 };

/** The options that have no effect without a cluster. */
const clusterOptions = [
  "runtimeClass",
  "nodes",
  "placement",
  "namespace",
  "priorityClass",
  "makeRuntimeClasses",
  "force",
] as const;

/** The options that have no effect on a cluster. */
const machineOptions = ["endpoint", "driver", "replaySpeed"] as const;

/** The prefix of a cluster campaign's endpoint in the manifest. */
const scheme = "kubernetes:";

/**
 * Connects to the cluster that the options or the resumed campaign name.
 *
 * @returns undefined if neither names one
 * @throws LabError of kind `usage` or `machine`; ClusterError
 */
export async function openClusterRun(
  options: ClusterOptions & Partial<MachineOptions>,
  manifest: Manifest | undefined,
): Promise<ClusterRun | undefined> {
  const resumed = manifest?.driver === "kubernetes" ? manifest : undefined;
  if (options.cluster === undefined && resumed === undefined) {
    const lone = clusterOptions.find(name => options[name] !== undefined);
    if (lone === undefined) return undefined;
    throw refused(lone, "this option needs a Kubernetes cluster", "name the cluster with --cluster [CONTEXT]");
  }
  const unused = machineOptions.find(name => options[name] !== undefined);
  if (unused !== undefined) {
    throw refused(unused, "this option has no effect on a Kubernetes cluster", "omit it, or omit --cluster");
  }
  if (options.placement !== undefined && options.nodes === undefined && resumed === undefined) {
    throw refused("placement", "this option needs --nodes", "without --nodes, the scheduler chooses each pod's node");
  }
  const context =
    typeof options.cluster === "string" ? options.cluster : (resumed?.endpoint.slice(scheme.length) ?? null);
  const cluster = await openCluster(context);
  try {
    const begun = (resumed?.plan.settings as CampaignSettings | undefined)?.cluster;
    const names = begun === undefined ? namedClasses(options) : Object.values(begun.runtimeClasses);
    const missing = options.makeRuntimeClasses === true ? missingClasses(cluster.runtimeClasses, names) : [];
    // a session that was killed has left the RuntimeClasses that it created
    const left = cluster.runtimeClasses.filter(({ madeBy }) => madeBy !== undefined && madeBy === resumed?.label);
    const make = [...missing, ...left];
    const classes = requireRuntimeClasses(
      { ...cluster, runtimeClasses: [...cluster.runtimeClasses, ...missing] },
      names,
    );
    const declared = runtimesOf(classes, known);
    const settings: ClusterSettings = begun ?? {
      runtimeClasses: Object.fromEntries(declared.map(({ id }, index) => [id, names[index]!])),
      nodes: options.nodes ?? [],
      placement: options.placement ?? "spread",
      namespace: options.namespace ?? null,
      priorityClass: options.priorityClass ?? null,
    };
    const nodes = requireNodes(cluster, settings.nodes);
    const service = { cluster, settings, nodes, runtimeClasses: classes, make };
    return { service, runtimes: declared, endpoint: `${scheme}${cluster.context}` };
  } catch (error) {
    cluster.api.close();
    throw error;
  }
}

const refused = (option: string, message: string, hint: string) =>
  new LabError("RUND_CLUSTER_OPTION", "usage", message, { where: flagOf(option), hint });

function namedClasses({ runtimeClass = [] }: ClusterOptions): readonly string[] {
  if (runtimeClass.length > 0) return runtimeClass;
  throw new LabError("RUND_NO_RUNTIME", "usage", "no RuntimeClass is named", {
    where: "--runtime-class",
    hint: "such as --runtime-class runc,gvisor; `kubectl get runtimeclasses` lists them",
  });
}

const missingClasses = (there: readonly { readonly name: string }[], names: readonly string[]) =>
  names.filter(name => !there.some(each => each.name === name)).map(name => ({ name, handler: name, overhead: null }));

/** Returns a cluster as the target of a campaign, and prints what the campaign will create there. */
export async function clusterTarget(
  io: Io,
  { settings, runtimes, detections }: RunSettings,
  { force = false }: ClusterOptions,
  { service, endpoint }: ClusterRun,
): Promise<Target> {
  refuseOutsideCluster(settings.experiments);
  const wanted = { ...settings, cluster: service.settings };
  const plan = await inRoom(await planFor(wanted, runtimes, null, 1, clusterTiming), service, force);
  noteCluster(io, plan, service, endpoint);
  return {
    plan,
    detections,
    where: "the cluster",
    untried: () => [],
    containerd: undefined,
    open: async () => ({ service, endpoint }),
    close: async () => {},
  };
}

/**
 * Returns the plan with its limits on a cluster: it must fit into the room that nodes and quotas leave. Differences between nodes
 * are added to its confounds.
 */
async function inRoom(plan: Plan, { cluster, nodes, settings }: ClusterService, force: boolean): Promise<Plan> {
  const names = nodes.map(({ name }) => name);
  const usage = await readNodeUsage(cluster.api, names, settings.namespace ?? "");
  const skews = usage.flatMap(
    ({ node, clockAheadMs }) => (clockAheadMs && describeClockSkew(node, clockAheadMs)) ?? [],
  );
  const { pods, by } = await podRoom(cluster.api, nodes, settings.namespace);
  const { sandboxes } = plan.needs;
  const why =
    sandboxes > pods ? [`it needs ${counted(sandboxes, "pod")} at once, and there is room for ${pods} (${by})`] : [];
  const room = () => ({ sandboxes: Math.max(1, pods), by: `the pods that still fit: ${by}` });
  return {
    ...plan,
    why,
    fits: why.length === 0 || force,
    confounds: [...plan.confounds, ...nodeConfounds(nodes), ...skews],
    experiments: plan.experiments.map(planned => ({ ...planned, room })),
  };
}

function noteCluster(io: Io, plan: Plan, { cluster, nodes, settings, make }: ClusterService, endpoint: string): void {
  const where = settings.namespace === null ? "a new namespace" : `the namespace ${settings.namespace}`;
  note(
    io,
    `${endpoint} (${cluster.version}): ${counted(plan.sandboxes, "pod")}, at most ${plan.needs.sandboxes} at once, in ${where}, on ${counted(nodes.length, "node")} (${nodes.map(({ name }) => name).join(", ")})`,
  );
  for (const { name } of make) note(io, `the RuntimeClass ${name} will be created, and deleted afterwards`);
}

/** Refuses experiments that need the machine itself. @throws LabError `RUND_CLUSTER_EXPERIMENT` */
function refuseOutsideCluster(experiments: readonly { readonly experiment: string }[]): void {
  const misfit = experiments.find(({ experiment }) => !["time", "density", "arrivals"].includes(experiment));
  if (misfit === undefined) return;
  const what = `the ${misfit.experiment} experiment cannot be run from outside a node`;
  throw new LabError("RUND_CLUSTER_EXPERIMENT", "usage", what, {
    where: "--cluster",
    hint:
      misfit.experiment === "memory"
        ? "environment/kubernetes/memory runs the memory experiment on every node, as a DaemonSet"
        : "run it on the node itself, without --cluster",
  });
}
