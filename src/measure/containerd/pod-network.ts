import { hash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The folders in which distributions and Kubernetes keep CNI plugins. */
const pluginFolders = ["/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni"];
const wanted = ["ptp", "host-local", "loopback"];

/**
 * Returns the folder with the CNI plugins that the private containerd's pod network needs; undefined if no folder has them all.
 */
export const findCniPlugins = (folders: readonly string[] = pluginFolders): string | undefined =>
  folders.find(folder => wanted.every(plugin => existsSync(join(folder, plugin))));

/** Returns the network's name, which no other private containerd uses, so that its files outside the folder can be found. */
export const podNetworkName = (folder: string): string => `rund-lab-${hash("sha256", folder).slice(0, 8)}`;

const ipForward = "/proc/sys/net/ipv4/ip_forward";

/** Returns "1" if the kernel forwards IPv4 packets between interfaces, else "0". The ptp plugin switches this on. */
export const readIpForward = (): string => readFileSync(ipForward, "utf8").trim();

/** Restores an earlier value of net.ipv4.ip_forward. If it has not changed, nothing is written. */
export function restoreIpForward(before: string): void {
  if (readIpForward() !== before) writeFileSync(ipForward, before);
}

/** Returns the kernel's IPv4 routes, as /proc/net/route lists them. */
export const readRoutes = (): string => readFileSync("/proc/net/route", "utf8");

/** A route of the kernel: to a network, or to a single address. */
interface Route {
  readonly device: string;
  /** The four bytes of its destination. */
  readonly bytes: readonly number[];
  readonly isAddress: boolean;
}

/**
 * Reads the kernel's routes.
 *
 * @param routeTable the content of /proc/net/route
 * @example routes("Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nveth1\t0208A0C6\t0\t5\t0\t0\t0\tFFFFFFFF\n") // [{ device: "veth1", bytes: [198, 160, 8, 2], isAddress: true }]
 */
export const routes = (routeTable: string): readonly Route[] =>
  routeTable.split("\n").flatMap(line => {
    const [device = "", destination = "", , , , , , mask] = line.split("\t");
    if (!/^[0-9A-F]{8}$/.test(destination)) return [];
    // the kernel writes addresses with their last byte first
    return [{ device, bytes: [...Buffer.from(destination, "hex").reverse()], isAddress: mask === "FFFFFFFF" }];
  });

/**
 * Chooses the addresses of a private containerd's pods: 4,096 of the range that is reserved for benchmarks (198.18.0.0/15, RFC
 * 2544), in a block that no route on this machine uses. The search begins at a block that depends on the folder, so that two
 * private containerds usually take different blocks even while neither has a pod.
 *
 * @param routeTable the content of /proc/net/route
 * @example podSubnet("/a", "Iface\tDestination\n") // "198.18.160.0/20"
 */
export function podSubnet(folder: string, routeTable: string): string {
  const used = new Set(routes(routeTable).map(({ bytes }) => blockOf(bytes)));
  const first = hash("sha256", folder, "buffer")[0]! % blocks;
  const free = Array.from({ length: blocks }, (_, index) => (first + index) % blocks).find(block => !used.has(block));
  const block = free ?? first;
  return `198.${18 + Math.floor(block / 16)}.${(block % 16) * 16}.0/20`;
}

const blocks = 32;

/** Returns the index of the block, of 32, that contains an address; −1 if none does. */
const blockOf = ([a = 0, b = 0, c = 0]: readonly number[]): number =>
  a === 198 && (b === 18 || b === 19) ? (b - 18) * 16 + Math.floor(c / 16) : -1;

/**
 * Returns the pod network as a CNI configuration list: a veth pair for each pod, addresses from a store below the folder. There
 * is no address translation, so a pod can be reached only from this machine.
 */
export function podNetwork(folder: string, subnet: string): string {
  const ipam = {
    type: "host-local",
    dataDir: join(folder, "cni-addresses"),
    ranges: [[{ subnet }]],
    routes: [{ dst: "0.0.0.0/0" }],
  };
  const list = { cniVersion: "0.4.0", name: podNetworkName(folder), plugins: [{ type: "ptp", ipam }] };
  return `${JSON.stringify(list, null, 2)}\n`;
}
