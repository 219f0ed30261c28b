import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { podNetworkName } from "../../../src/measure/containerd/pod-network.js";
import type { PrivateContainerd } from "../../../src/measure/index.js";

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
  const interfaces = readFileSync("/proc/net/dev", "utf8");
  const routes = readFileSync("/proc/net/route", "utf8");
  assert.not.match(interfaces, /^\s*veth/m);
  assert.not.match(routes, /\bveth/);
}
