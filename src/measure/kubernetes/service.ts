import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { Cluster, RuntimeClass } from "./cluster.js";
import type { CampaignNamespace } from "./namespace.js";
import type { ClusterNode } from "./nodes.js";
import type { Placement } from "./placement.js";

/** What a campaign in a cluster was asked for, besides its experiments. Part of its settings: it decides what is measured. */
export interface ClusterSettings {
  /** The RuntimeClass of each runtime. */
  readonly runtimeClasses: Readonly<Record<string, string>>;
  readonly nodes: readonly string[];
  readonly placement: Placement["how"];
  /** Null for a namespace of its own. */
  readonly namespace: string | null;
  readonly priorityClass: string | null;
}

/** A cluster as a campaign uses it. */
export interface ClusterService {
  readonly cluster: Cluster;
  readonly settings: ClusterSettings;
  /** The nodes that its pods may run on. */
  readonly nodes: readonly ClusterNode[];
  readonly runtimeClasses: readonly RuntimeClass[];
  /** RuntimeClasses that the campaign makes and deletes again. */
  readonly make: readonly RuntimeClass[];
}

/** Returns the namespace of a campaign with this label. */
export const namespaceOf = ({ namespace }: ClusterSettings, ownName: string): CampaignNamespace =>
  namespace === null ? { name: ownName, own: true } : { name: namespace, own: false };

/**
 * Returns the runtimes behind RuntimeClasses. A class whose handler is that of a runtime known by name is measured
 * under that name, so that its cells compare with those of a bare containerd; any other is measured under its own.
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
    return {
      ...{ id, handler, label: familiar?.label ?? name, shim: null, snapshotter: null, config: null, template: null },
      ...{ guestMemoryExtraMb: 0, versions: [], processes: familiar?.processes ?? [] },
    };
  });
}
