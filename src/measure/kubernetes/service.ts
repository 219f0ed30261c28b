import { bareRuntime, type RuntimeDeclaration } from "../runtimes/runtime.js";
import type { Cluster, RuntimeClass } from "./cluster.js";
import type { CampaignNamespace } from "./namespace.js";
import type { ClusterNode } from "./nodes.js";
import type { Placement } from "./placement.js";

/** The settings of a campaign on a cluster, in addition to its experiments. */
export interface ClusterSettings {
  /** The RuntimeClass of each runtime. */
  readonly runtimeClasses: Readonly<Record<string, string>>;
  readonly nodes: readonly string[];
  readonly placement: Placement["how"];
  /** Null for a namespace of the campaign's own. */
  readonly namespace: string | null;
  readonly priorityClass: string | null;
}

/** A cluster, and what a campaign uses of it. */
export interface ClusterService {
  readonly cluster: Cluster;
  readonly settings: ClusterSettings;
  /** The nodes on which its pods may run. */
  readonly nodes: readonly ClusterNode[];
  readonly runtimeClasses: readonly RuntimeClass[];
  /** RuntimeClasses that the campaign makes, and deletes at its end. */
  readonly make: readonly RuntimeClass[];
}

/** Returns the namespace of a campaign with this label. */
export const namespaceOf = ({ namespace }: ClusterSettings, ownName: string): CampaignNamespace =>
  namespace === null ? { name: ownName, own: true } : { name: namespace, own: false };

/**
 * Returns the runtimes behind RuntimeClasses. A class with the handler of a known runtime is measured under that runtime's id, so
 * that its cells can be compared with those of a bare containerd; any other class is measured under its own name.
 *
 * @example runtimesOf([{ name: "sandboxed", handler: "runsc", overhead: null }], [])[0].id // "sandboxed"
 */
export function runtimesOf(
  classes: readonly RuntimeClass[],
  known: readonly RuntimeDeclaration[],
): readonly RuntimeDeclaration[] {
  const taken = new Set<string>();
  return classes.map(({ name, handler }) => {
    const familiar = known.find(each => each.handler === handler && !taken.has(each.id));
    const id = familiar?.id ?? name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
    taken.add(id);
    const { label = name, colour, processes = [] } = familiar ?? {};
    return { ...bareRuntime, id, handler, label, colour, processes };
  });
}
