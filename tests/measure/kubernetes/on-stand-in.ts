/** A driver over the stand-in API server, and its rounds. */
import type { Sample } from "../../../src/campaign-files/events.js";
import type { SandboxConfig } from "../../../src/measure/cri/grpc/client.js";
import { sandboxLabels } from "../../../src/measure/cri/labels.js";
import { type Api, connectApi } from "../../../src/measure/kubernetes/api/api.js";
import { type ClusterDriver, clusterDriver } from "../../../src/measure/kubernetes/driver.js";
import { ensureNamespace } from "../../../src/measure/kubernetes/namespace.js";
import { machineClock } from "../../../src/measure/round/clock.js";
import { emptySandbox } from "../../../src/measure/round/driver.js";
import { StandInApiServer } from "./api-server.js";

export const { signal } = new AbortController();
export const namespace = { name: "lab", own: true };

export function sandbox(client: number, round = 1): SandboxConfig {
  const place = { experiment: "time", runtime: "runc", density: 0, concurrency: 1, round, client } as const;
  return {
    name: `test-${round}-${client}`,
    uid: `s-${client}`,
    namespace: "x",
    handler: "runc",
    network: "NODE",
    labels: sandboxLabels({ campaign: "c1", role: "test", ...place }),
  };
}

export const driverOf = (api: Api): ClusterDriver =>
  clusterDriver({
    api,
    clock: machineClock,
    campaign: "c1",
    nodes: [],
    template: { namespace: "lab", image: "pause", priorityClass: null },
    runtimeClasses: new Map([["runc", "fast"]]),
    placement: { nodes: [], how: "spread" },
    prepare: () => ensureNamespace(api, namespace, "c1"),
  });

export async function withDriver(
  work: (server: StandInApiServer, driver: ClusterDriver) => Promise<void>,
): Promise<void> {
  const server = new StandInApiServer();
  const access = { context: "stand-in", server: await server.listen(), tls: {}, headers: async () => ({}) };
  const api = connectApi(access);
  const driver = driverOf(api);
  try {
    await work(server, driver);
  } finally {
    await driver.close();
    api.close();
    await server.close();
  }
}

export async function round(
  driver: ClusterDriver,
  clients: number,
  timeoutMs = 5_000,
  midway: () => void = () => {},
  number = 1,
) {
  const sandboxes = Array.from({ length: clients }, (_, index) => sandbox(index + 1, number));
  const begun = await driver.begin(emptySandbox, sandboxes);
  const { epochMs, atNs } = machineClock.wall();
  const running = sandboxes.map((each, index) => begun.start(each, index + 1, { atNs, epochMs }, timeoutMs, signal));
  midway();
  return Promise.all(running);
}

export async function one(driver: ClusterDriver, timeoutMs?: number, midway?: () => void): Promise<Sample> {
  return (await round(driver, 1, timeoutMs, midway))[0]!;
}
