import { parseJson } from "../system/json.js";
import type { CriStatus } from "./grpc/client.js";

/** The pod network of a service. */
export interface PodNetwork {
  readonly ready: boolean;
  /** The reason why it is not ready; empty if it is. */
  readonly why: string;
  /** Its CNI configuration; null if the service does not report it. */
  readonly cni: { readonly name: string; readonly plugins: readonly string[] } | null;
  /** Folders with the CNI plugins; empty if the service does not report them. */
  readonly pluginFolders: readonly string[];
}

/** The part of containerd's verbose status about its CNI configuration. */
interface CniConfig {
  readonly PluginDirs?: readonly string[];
  readonly Networks?: readonly {
    readonly IFName?: string;
    readonly Config?: {
      readonly Name?: string;
      readonly Plugins?: readonly {
        readonly Network?: { readonly type?: string; readonly ipam?: { readonly type?: string } };
      }[];
    };
  }[];
}

/**
 * Reads a service's pod network from its verbose status. The loopback interface, which every pod has, does not count as a
 * network.
 *
 * @example podNetworkOf({ conditions: [], info: {} }) // { ready: false, why: "the service does not report a network", cni: null, pluginFolders: [] }
 */
export function podNetworkOf({ conditions, info }: CriStatus): PodNetwork {
  const condition = conditions.find(({ type }) => type === "NetworkReady");
  const config = parseJson(info.cniconfig) as CniConfig | null;
  const network = config?.Networks?.find(({ IFName }) => IFName !== "lo")?.Config;
  const plugins = (network?.Plugins ?? []).flatMap(({ Network }) =>
    [Network?.type, Network?.ipam?.type].flatMap(type => type ?? []),
  );
  return {
    ready: condition?.status ?? false,
    why: condition === undefined ? "the service does not report a network" : condition.message,
    cni: network?.Name === undefined ? null : { name: network.Name, plugins },
    pluginFolders: config?.PluginDirs ?? [],
  };
}
