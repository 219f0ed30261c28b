import { basename, join } from "node:path";
import { readProc } from "../../host/proc.js";
import { parseJson } from "../../system/json.js";
import { podNetworkName } from "../pod-network.js";
import { idIn, namesIn } from "./files.js";
import { type Remain, withId } from "./remain.js";

/** The folder in which the CNI library caches its results for each pod. */
const cniResults = "/var/lib/cni/results";

/**
 * Lists what the pod networks of a private containerd have on the machine: network namespaces, the interfaces that lead to them,
 * assigned addresses, cached results.
 *
 * @param proc the folder from which the routes are read
 */
export function networkRemains(folder: string, results = cniResults, proc = "/proc"): readonly Remain[] {
  const name = podNetworkName(folder);
  const cached = namesIn(results)
    .filter(file => file.startsWith(`${name}-`))
    .map(file => ({ path: join(results, file), id: idIn(file), netns: namespaceIn(join(results, file)) }));
  const addresses = addressesOf(join(folder, "cni-addresses", name));
  return [
    ...namespacesOf(folder).map(what => {
      const id = cached.find(({ netns }) => netns !== undefined && basename(netns) === basename(what))?.id;
      return { kind: "network namespace", what, ...withId(id) } as const;
    }),
    ...routes(readProc(join(proc, "net/route")) ?? "").flatMap(({ address, device }) => {
      const known = addresses.find(each => each.address === address);
      return known === undefined ? [] : [{ kind: "interface", what: device, ...withId(known.id) } as const];
    }),
    ...addresses.map(({ path, id }) => ({ kind: "address", what: path, ...withId(id) }) as const),
    ...cached.map(({ path, id }) => ({ kind: "file", what: path, ...withId(id) }) as const),
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

/**
 * Returns the routes to single addresses and the interface behind each.
 *
 * @param text the content of /proc/net/route
 * @example routes("Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nveth1\t0208A0C6\t0\t5\t0\t0\t0\tFFFFFFFF\n") // [{ address: "198.160.8.2", device: "veth1" }]
 */
export function routes(text: string): readonly { readonly address: string; readonly device: string }[] {
  return text.split("\n").flatMap(line => {
    const [device = "", destination = "", , , , , , mask] = line.split("\t");
    if (mask !== "FFFFFFFF") return [];
    const bytes = destination.match(/../g) ?? [];
    return [
      {
        device,
        address: bytes
          .map(byte => Number.parseInt(byte, 16))
          .reverse()
          .join("."),
      },
    ];
  });
}

/** Returns the network namespace of a pod, from the CNI library's cache, with the interfaces that were made. */
function namespaceIn(file: string): string | undefined {
  const { result } = (parseJson(readProc(file)) ?? {}) as {
    readonly result?: { readonly interfaces?: readonly { readonly sandbox?: string }[] };
  };
  return result?.interfaces?.find(({ sandbox = "" }) => sandbox !== "")?.sandbox;
}
