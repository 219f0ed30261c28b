import { basename, join } from "node:path";
import { readProc } from "../../host/proc.js";
import { parseJson } from "../../system/json.js";
import { podNetworkName, routes } from "../pod-network.js";
import type { CensusEntry } from "./census-entry.js";
import { idIn, namesIn } from "./files.js";

/** The folder in which the CNI library caches its results for each pod. */
const cniResults = "/var/lib/cni/results";

/**
 * Lists the parts of a private containerd's pod networks on this machine: network namespaces, the interfaces that lead to them,
 * assigned addresses, cached results.
 *
 * @param proc the folder from which the routes are read
 */
export function networkEntries(folder: string, results = cniResults, proc = "/proc"): readonly CensusEntry[] {
  const name = podNetworkName(folder);
  const cached = namesIn(results)
    .filter(file => file.startsWith(`${name}-`))
    .map(file => ({ path: join(results, file), id: idIn(file), netns: namespaceIn(join(results, file)) }));
  const addresses = addressesOf(join(folder, "cni-addresses", name));
  return [
    ...namespacesOf(folder).map(what => {
      const id = cached.find(({ netns }) => netns !== undefined && basename(netns) === basename(what))?.id;
      return { kind: "network namespace", what, id } as const;
    }),
    ...routes(readProc(join(proc, "net/route")) ?? "").flatMap(({ bytes, isAddress, device }) => {
      const known = isAddress && addresses.find(({ address }) => address === bytes.join("."));
      return !known ? [] : [{ kind: "interface", what: device, id: known.id } as const];
    }),
    ...addresses.map(({ path, id }) => ({ kind: "address", what: path, id }) as const),
    ...cached.map(({ path, id }) => ({ kind: "file", what: path, id }) as const),
  ];
}

/**
 * Returns the files on which network namespaces are mounted; containerd 1.6 to 2.x keep them below the state of the CRI plugin.
 */
const namespacesOf = (folder: string): readonly string[] =>
  namesIn(join(folder, "state")).flatMap(plugin => {
    const netns = join(folder, "state", plugin, "netns");
    return namesIn(netns).map(name => join(netns, name));
  });

/** Returns the addresses that host-local has assigned: a file each, whose first line is the sandbox's id. */
const addressesOf = (store: string) =>
  namesIn(store)
    .filter(name => /^\d+\.\d+\.\d+\.\d+$/.test(name))
    .map(address => {
      const path = join(store, address);
      return { path, address, id: idIn(readProc(path) ?? "") };
    });

/** Returns the path of a pod's network namespace, from a file of the CNI library's cache. */
function namespaceIn(file: string): string | undefined {
  const { result } = (parseJson(readProc(file)) ?? {}) as {
    readonly result?: { readonly interfaces?: readonly { readonly sandbox?: string }[] };
  };
  return result?.interfaces?.find(({ sandbox = "" }) => sandbox !== "")?.sandbox;
}
