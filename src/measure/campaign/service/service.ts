import { existsSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ReplayInfo } from "../../../campaign-files/manifest.js";
import { LabError } from "../../../model/errors.js";
import { type ContainerdInUse, findContainerd } from "../../changes/index.js";
import { systemSocket } from "../../containerd/containerd-record.js";
import { connectCrictl } from "../../cri/crictl.js";
import { absentCri } from "../../cri/grpc/absent.js";
import type { CriClient, CriStatus, CriVersion } from "../../cri/grpc/client.js";
import { connectCri, socketPath } from "../../cri/grpc/grpc.js";
import { runtimeHandlers } from "../../cri/handlers.js";
import { type PodNetwork, podNetworkOf } from "../../cri/pod-network.js";
import { replayInfo } from "../../cri/replay/info.js";
import { nearestName } from "../../runtimes/nearest-name.js";
import type { RuntimeDeclaration } from "../../runtimes/runtime.js";
import { awaitService } from "./await-service.js";
import { type CgroupDriver, cgroupDrivers } from "./cgroup-parent.js";
import { reportedConfig } from "./reported-config.js";
import { type ServiceFacts, serviceFacts } from "./service-facts.js";

/** A CRI service that answers, and its properties. */
export interface Service {
  readonly cri: CriClient;
  readonly endpoint: string;
  readonly socket: string;
  readonly version: CriVersion;
  /** Null for a real runtime. */
  readonly replay: ReplayInfo | null;
  /** Null if the service does not report them. */
  readonly handlers: readonly string[] | null;
  readonly snapshotter: string | null;
  /** Its config, if it is known: that of the machine's own containerd, or of one that `env up` started. */
  readonly containerd: ContainerdInUse | null;
  /** The path of its log of requests; null if it is unknown. */
  readonly log: string | null;
  readonly network: PodNetwork;
  /** The loopback port to which it sends its spans; null if it sends none. */
  readonly spansPort: number | null;
  /** The facts about a handler that a run's manifest records; none for a rehearsal. */
  facts(handler: string): Promise<ServiceFacts>;
  /** The cgroup driver of a handler's sandboxes; null if it is unknown. */
  cgroupDriver(handler: string): CgroupDriver | null;
}

/** Whether a service is a containerd, and not a recording that is played back. */
export const isContainerd = ({ version, replay }: Service): boolean =>
  version.runtimeName === "containerd" && replay === null;

const systemConfig = "/etc/containerd/config.toml";

/**
 * Connects to a CRI service and reads its properties. Waits for a service that is still starting.
 *
 * @param endpoint `unix:///…`
 * @param warn receives a message if that takes long
 * @throws CriError if it does not answer as a CRI service; LabError `RUND_CRI_NOT_READY` if it reports that it is not ready
 */
export async function openService(
  endpoint: string,
  driver: "cri" | "crictl",
  warn?: (message: string) => void,
): Promise<Service> {
  const cri = driver === "crictl" ? connectCrictl(endpoint) : connectCri(endpoint);
  try {
    const version = await awaitService(() => cri.version({ timeoutMs: 10_000 }), endpoint, warn);
    const status = await cri.status({ timeoutMs: 10_000 });
    refuseUnready(status, endpoint);
    const socket = socketPath(endpoint);
    const replay = replayInfo(status);
    const service = {
      cri,
      endpoint,
      socket,
      version,
      replay,
      handlers: runtimeHandlers(status),
      snapshotter: reportedConfig(status)?.containerd?.snapshotter ?? null,
      network: podNetworkOf(status),
    };
    if (replay !== null) return { ...service, ...nothingKnown };
    const own = findContainerd(dirname(socket));
    return {
      ...service,
      containerd: knownContainerd(socket),
      log: own?.logPath ?? null,
      spansPort: own?.spansPort ?? null,
      async facts(handler) {
        // read again, because a campaign may have changed the service's config and restarted it
        const version = await cri.version({ timeoutMs: 10_000 });
        const status = await cri.status({ timeoutMs: 10_000 });
        const configText = knownContainerd(socket)?.configText ?? null;
        const driver = (await cgroupDrivers(cri, status))(handler);
        return serviceFacts({ version, status, socket, configText, driver }, handler);
      },
      cgroupDriver: await cgroupDrivers(cri, status),
    };
  } catch (error) {
    cri.close();
    throw error;
  }
}

/** The values of properties that are unknown for a recording and for an absent service. */
const nothingKnown = {
  containerd: null,
  log: null,
  spansPort: null,
  facts: async () => ({}),
  cgroupDriver: () => null,
};

/** Returns a placeholder for a campaign that has no sandboxes and needs no service. */
export const absentService = (): Service => ({
  cri: absentCri,
  endpoint: "none",
  socket: "",
  replay: null,
  handlers: null,
  snapshotter: null,
  ...nothingKnown,
  network: podNetworkOf({ conditions: [], info: {} }),
  version: { runtimeName: "none", runtimeVersion: "", runtimeApiVersion: "" },
});

/**
 * Makes sure that the service knows the handlers of the runtimes.
 *
 * @throws LabError `RUND_HANDLER`
 */
export function requireHandlers({ handlers, endpoint }: Service, runtimes: readonly RuntimeDeclaration[]): void {
  if (handlers === null) return;
  for (const { id, handler } of runtimes) {
    // an experiment that compares something other than runtimes needs no handler
    if (handler === "" || handlers.includes(handler)) continue;
    const near = nearestName(handler, handlers);
    throw new LabError("RUND_HANDLER", "machine", `no handler "${handler}" for the runtime ${id}`, {
      where: endpoint,
      expected: `one of ${handlers.join(", ") || "(none)"}`,
      found: handler,
      hint:
        near === undefined
          ? "add it to containerd's config.toml; `rund-lab env up` starts a containerd with every runtime that is installed here"
          : `did you mean ${near}?`,
    });
  }
}

/** Returns the containerd behind a socket, if its config is known: one that `env up` started, or the machine's own. */
export function knownContainerd(socket: string): ContainerdInUse | null {
  const own = findContainerd(dirname(socket));
  if (own !== undefined) return inUse({ folder: own.folder }, own.configPath);
  return socket === systemSocket ? inUse({ unit: "containerd", socket }, systemConfig) : null;
}

function inUse(service: ContainerdInUse["service"], configPath: string): ContainerdInUse {
  return { service, configPath, configText: existsSync(configPath) ? readFileSync(configPath, "utf8") : "" };
}

function refuseUnready({ conditions }: CriStatus, where: string): void {
  const unready = conditions.find(({ type, status }) => type === "RuntimeReady" && !status);
  if (unready === undefined) return;
  const reason = unready.message || unready.reason;
  throw new LabError("RUND_CRI_NOT_READY", "machine", `the runtime service is not ready: ${reason}`, {
    where,
    hint: "see the service's log for the reason",
  });
}
