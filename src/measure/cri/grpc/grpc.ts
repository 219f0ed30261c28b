import { LabError } from "../../../model/errors.js";
import type { CallOptions, ContainerConfig, CriClient, SandboxConfig } from "./client.js";
import { CriError, criReason, ignoreNotFound } from "./errors.js";
import { type CriMethod, type CriRequest, type CriResponse, criService, type Message } from "./protocol.js";
import { GrpcFailure, UnaryChannel } from "./unary-channel.js";

/** Default time limit of a call, in milliseconds. */
export const defaultTimeoutMs = 60_000;

/**
 * Returns a client of a CRI v1 service on a unix socket, over one channel. It connects at the first call, so a wrong socket
 * causes an error there. Every call ends by its deadline.
 *
 * @param endpoint `unix:///run/containerd/containerd.sock`, or the bare path
 * @throws LabError `RUND_CRI_ENDPOINT` if the endpoint is not a unix socket's
 */
export function connectCri(endpoint: string): CriClient {
  const path = socketPath(endpoint);
  const service = criService();
  const channel = new UnaryChannel(path);

  async function call<Method extends CriMethod>(
    method: Method,
    request: CriRequest<Method>,
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions = {},
  ): Promise<CriResponse<Method>> {
    const where = `${path}: ${method}`;
    if (signal?.aborted) throw new CriError("aborted", null, where, "stopped before it was sent");
    const { path: name, requestSerialize, responseDeserialize } = service[method];
    const message = requestSerialize(request);
    const startedMs = performance.now();
    try {
      return responseDeserialize(await channel.call(name, message, { timeoutMs, signal }));
    } catch (error) {
      if (!(error instanceof GrpcFailure)) throw error;
      throw toCriError(error, where, timeoutMs, performance.now() - startedMs);
    }
  }

  return {
    driver: "cri",

    version: options => call("Version", { version: "v1" }, options),

    async status(options) {
      const { status, info } = await call("Status", { verbose: true }, options);
      return { conditions: status?.conditions ?? [], info };
    },

    async cgroupDriver(options) {
      try {
        const { linux } = await call("RuntimeConfig", {}, options);
        if (linux === null) return null;
        return linux.cgroupDriver === "SYSTEMD" ? "systemd" : "cgroupfs";
      } catch (error) {
        // CRI has this call since Kubernetes 1.28, containerd since 2.0
        if (error instanceof CriError && error.reason === "no-cri") return null;
        throw error;
      }
    },

    async runPodSandbox(sandbox, options) {
      const request = { config: podSandboxConfig(sandbox), runtimeHandler: sandbox.handler };
      const { podSandboxId } = await call("RunPodSandbox", request, options);
      if (podSandboxId === "") throw new CriError("other", null, `${path}: RunPodSandbox`, "an answer without an id");
      return podSandboxId;
    },

    async podSandboxStatus(id, options) {
      const { status } = await call("PodSandboxStatus", { podSandboxId: id }, options);
      if (status === null) throw new CriError("other", null, `${path}: PodSandboxStatus`, "an answer without a status");
      const { state, runtimeHandler, labels, createdAt, network } = status;
      const ip = network?.ip ?? "";
      return { id: status.id, state, handler: runtimeHandler, labels, createdAtNs: BigInt(createdAt), ip };
    },

    async listPodSandbox(labels, options) {
      const { items } = await call(
        "ListPodSandbox",
        { filter: { id: "", state: null, labelSelector: labels } },
        options,
      );
      return items.map(({ id, metadata, state, runtimeHandler, labels }) => ({
        id,
        name: metadata?.name ?? "",
        uid: metadata?.uid ?? "",
        namespace: metadata?.namespace ?? "",
        state,
        handler: runtimeHandler,
        labels,
      }));
    },

    async stopPodSandbox(id, options) {
      await call("StopPodSandbox", { podSandboxId: id }, options).catch(ignoreNotFound);
    },

    async removePodSandbox(id, options) {
      await call("RemovePodSandbox", { podSandboxId: id }, options).catch(ignoreNotFound);
    },

    async createContainer(podSandboxId, container, sandbox, options) {
      const config = containerConfig(container, sandbox.network);
      const request = { podSandboxId, config, sandboxConfig: podSandboxConfig(sandbox) };
      const { containerId } = await call("CreateContainer", request, options);
      return containerId;
    },

    async startContainer(containerId, options) {
      await call("StartContainer", { containerId }, options);
    },

    async containerStatus(containerId, options) {
      const { status } = await call("ContainerStatus", { containerId }, options);
      if (status === null) throw new CriError("other", null, `${path}: ContainerStatus`, "an answer without a status");
      return status;
    },

    async imageStatus(image, options) {
      const { image: found } = await call("ImageStatus", { image: { image } }, options);
      return found === null ? null : { id: found.id, digests: found.repoDigests, bytes: Number(found.size) };
    },

    async pullImage(image, options) {
      await call("PullImage", { image: { image } }, options);
    },

    close: () => channel.close(),
  };
}

/**
 * Returns the path in a unix socket's endpoint.
 *
 * @throws LabError `RUND_CRI_ENDPOINT` for anything else
 * @example socketPath("unix:///run/containerd/containerd.sock") // "/run/containerd/containerd.sock"
 * @example socketPath("/run/crio/crio.sock") // "/run/crio/crio.sock"
 */
export function socketPath(endpoint: string): string {
  const path = /^(?:unix:(?:\/\/)?)?(\/[^/].*)$/.exec(endpoint)?.[1];
  if (path === undefined)
    throw new LabError("RUND_CRI_ENDPOINT", "usage", "", {
      where: "--endpoint",
      expected: "unix:///absolute/path",
      found: endpoint,
    });
  return path;
}

function podSandboxConfig(sandbox: SandboxConfig): Message<"PodSandboxConfig"> {
  return {
    metadata: { name: sandbox.name, uid: sandbox.uid, namespace: sandbox.namespace, attempt: 0 },
    // only a sandbox with its own network has its own host name
    hostname: sandbox.network === "POD" ? sandbox.name : "",
    logDirectory: sandbox.logDirectory ?? "",
    labels: sandbox.labels,
    annotations: sandbox.annotations ?? {},
    linux: {
      cgroupParent: sandbox.cgroupParent ?? "",
      securityContext: {
        namespaceOptions: { network: sandbox.network, pid: "POD" },
        seccomp: sandbox.seccomp === true ? {} : null,
      },
    },
  };
}

/** The period in microseconds for a container's share of the CPUs; the kernel's default. */
export const cpuPeriodUs = 100_000;

function containerConfig(container: ContainerConfig, network: SandboxConfig["network"]): Message<"ContainerConfig"> {
  const { name, image, command, env, labels, logPath, cpu, memoryBytes } = container;
  return {
    metadata: { name, attempt: 0 },
    image: { image },
    command,
    envs: Object.entries(env).map(([key, value]) => ({ key, value })),
    labels,
    logPath,
    linux: {
      resources: {
        cpuPeriod: cpu === null ? "0" : String(cpuPeriodUs),
        cpuQuota: cpu === null ? "0" : String(Math.round(cpu * cpuPeriodUs)),
        memoryLimitInBytes: String(memoryBytes ?? 0),
      },
      // each container has its own pid namespace, as in Kubernetes
      securityContext: { namespaceOptions: { network, pid: "CONTAINER" } },
    },
  };
}

/** Tolerance in milliseconds: the service knows our deadline from the request, and may report its end slightly early. */
const nearMs = 20;

/**
 * Converts the failure of a call. If the service reports a deadline before ours has passed, the deadline was its own.
 *
 * @param tookMs the duration of the call
 */
function toCriError(error: GrpcFailure, where: string, timeoutMs: number, tookMs: number): CriError {
  const { code, message } = error;
  const reason = criReason(code, message);
  if (reason !== "service-timeout" || tookMs < timeoutMs - nearMs)
    return new CriError(reason, code, where, message, error);
  return new CriError("timeout", code, where, `no answer within ${timeoutMs} ms`, error);
}
