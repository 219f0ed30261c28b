import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { podNetworkName, routes } from "../../../src/measure/containerd/pod-network.js";
import type { PrivateContainerd } from "../../../src/measure/index.js";

const networkConfig = (folder: string): string => readFileSync(join(folder, "cni/10-pods.conflist"), "utf8");

/** An IPv4 address as a number. */
const numberOf = (address: string): number => address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);

/** Makes sure that no pod network is left: network namespaces, interfaces, addresses, cached results. */
export function assertNoNetworkLeft({ folder }: PrivateContainerd): void {
  const name = podNetworkName(folder);
  const filesIn = (path: string) => (existsSync(path) ? readdirSync(path) : []);
  assert.equal(filesIn(join(folder, "state/io.containerd.grpc.v1.cri/netns")), []);
  // the store keeps the last address that it gave out, and its lock
  const addresses = filesIn(join(folder, "cni-addresses", name)).filter(file => /^\d+\.\d+\.\d+\.\d+$/.test(file));
  assert.equal(addresses, []);
  assert.equal(
    filesIn("/var/lib/cni/results").filter(file => file.startsWith(`${name}-`)),
    [],
  );
  // the interfaces of other containerds' pods, as of tests that run at the same time, do not count
  const [, subnet = "", bits = ""] = /"subnet":\s*"([\d.]+)\/(\d+)"/.exec(networkConfig(folder)) ?? [];
  const shift = 32 - Number(bits);
  const own = routes(readFileSync("/proc/net/route", "utf8")).filter(
    ({ bytes, isAddress }) => isAddress && numberOf(bytes.join(".")) >>> shift === numberOf(subnet) >>> shift,
  );
  assert.equal(own, []);
}
