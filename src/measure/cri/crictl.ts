import { existsSync } from "node:fs";
import { execa } from "execa";
import { LabError } from "../../model/errors.js";
import { crictlConfig, crictlContainer, withConfigs } from "./crictl-config.js";
import { crictlFailure } from "./crictl-output.js";
import type { CallOptions, ContainerState, CriClient, CriStatus, CriVersion, SandboxState } from "./grpc/client.js";
import { CriError, ignoreNotFound } from "./grpc/errors.js";
import { defaultTimeoutMs, socketPath } from "./grpc/grpc.js";
import { timestampNs } from "./grpc/timestamp.js";
import { hasLabels } from "./labels.js";

/**
 * Returns a client that starts one crictl for each call, as the paper's scripts do, so that every duration includes the cost of
 * that process. Supports crictl 1.16 and later.
 *
 * @param endpoint `unix:///run/containerd/containerd.sock`, or the bare path
 * @param program searched on PATH
 * @throws LabError `RUND_CRI_ENDPOINT` if the endpoint is not a unix socket's; each call throws `RUND_CRICTL_MISSING` if PATH
 * has no such program
 */
export function connectCrictl(endpoint: string, program = "crictl"): CriClient {
  const path = socketPath(endpoint);

  /** Runs one command to its end and returns its standard output. */
  async function crictl(
    command: readonly string[],
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions = {},
  ): Promise<string> {
    const where = `${program} ${command[0]}`;
    // crictl would wait for a missing socket until its deadline
    if (!existsSync(path)) throw new CriError("unavailable", null, where, `connect ENOENT ${path}`);
    const globals = ["--runtime-endpoint", `unix://${path}`, "--timeout", `${Math.ceil(timeoutMs / 1000) + 1}s`];
    const result = await execa(program, [...globals, ...command], {
      stdin: "ignore",
      reject: false,
      timeout: timeoutMs,
      killSignal: "SIGKILL",
      maxBuffer: 64 * 1024 * 1024,
      ...(signal === undefined ? {} : { cancelSignal: signal }),
    });
    if (!result.failed) return result.stdout;
    if (result.isCanceled) throw new CriError("aborted", null, where, "stopped by the caller", result.cause);
    if (result.timedOut) throw new CriError("timeout", null, where, `no answer within ${timeoutMs} ms`);
    if (result.code === "ENOENT" || result.code === "EACCES") {
      throw new LabError("RUND_CRICTL_MISSING", "machine", "no such program on PATH", {
        where: program,
        hint: "install Kubernetes' cri-tools, or omit --driver crictl: rund-lab speaks CRI itself",
        cause: result.cause,
      });
    }
    const { reason, grpcCode, details } = crictlFailure(result.stderr);
    throw new CriError(reason, grpcCode, where, details || `exit ${result.exitCode}, nothing on stderr`);
  }

  /** Runs one command that prints JSON. Any other output is a `CriError`. */
  async function answer<Json, Answer>(
    command: readonly string[],
    options: CallOptions | undefined,
    read: (json: Json) => Answer,
  ): Promise<Answer> {
    const text = await crictl(command, options);
    try {
      return read(JSON.parse(text) as Json);
    } catch (cause) {
      const found = `invalid answer: ${JSON.stringify(text.slice(0, 80))}`;
      throw new CriError("other", null, `${program} ${command[0]}`, found, cause);
    }
  }

  return {
    driver: "crictl",

    async version(options) {
      const text = await crictl(["version"], options);
      const field = (name: string) => new RegExp(`^${name}: *(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
      return {
        runtimeName: field("RuntimeName"),
        runtimeVersion: field("RuntimeVersion"),
        runtimeApiVersion: field("RuntimeApiVersion"),
      } satisfies CriVersion;
    },

    status: options =>
      answer(["info", "-o", "json"], options, ({ status, ...rest }: CrictlInfo) => {
        const info = Object.entries(rest).map(([key, value]) => [
          key,
          typeof value === "string" ? value : JSON.stringify(value),
        ]);
        return { conditions: status.conditions, info: Object.fromEntries(info) } satisfies CriStatus;
      }),

    // crictl prints the driver only as part of the service's status
    cgroupDriver: async () => null,

    runPodSandbox(sandbox, options) {
      const runtime = sandbox.handler === "" ? [] : ["--runtime", sandbox.handler];
      return withConfigs([crictlConfig(sandbox)], async ([config = ""]) => {
        const id = (await crictl(["runp", ...runtime, config], options)).trim();
        if (id === "") throw new CriError("other", null, `${program} runp`, "an answer without an id");
        return id;
      });
    },

    podSandboxStatus: (id, options) =>
      answer(["inspectp", "-q", "-o", "json", id], options, ({ status }: { readonly status: CrictlSandbox }) => ({
        id: status.id,
        state: status.state,
        handler: status.runtimeHandler ?? "",
        labels: status.labels ?? {},
        createdAtNs: timestampNs(status.createdAt),
        ip: status.network?.ip ?? "",
      })),

    // crictl splits label values at commas and does not accept "=", so the filter is applied here
    listPodSandbox: (labels, options) =>
      answer(["pods", "-o", "json"], options, ({ items }: { items?: readonly CrictlSandbox[] }) =>
        (items ?? [])
          .filter(sandbox => hasLabels(sandbox.labels ?? {}, labels))
          .map(({ id, metadata, state, runtimeHandler, labels }) => ({
            id,
            name: metadata.name,
            uid: metadata.uid,
            namespace: metadata.namespace,
            state,
            handler: runtimeHandler ?? "",
            labels: labels ?? {},
          })),
      ),

    async stopPodSandbox(id, options) {
      await crictl(["stopp", id], options).catch(ignoreNotFound);
    },

    async removePodSandbox(id, options) {
      await crictl(["rmp", id], options).catch(ignoreNotFound);
    },

    createContainer: (sandboxId, container, sandbox, options) =>
      withConfigs(
        [crictlContainer(container, sandbox.network), crictlConfig(sandbox)],
        async ([config = "", sandboxConfig = ""]) =>
          (await crictl(["create", sandboxId, config, sandboxConfig], options)).trim(),
      ),

    async startContainer(id, options) {
      await crictl(["start", id], options);
    },

    containerStatus: (id, options) =>
      answer(["inspect", "-o", "json", id], options, ({ status }: { readonly status: CrictlContainer }) => ({
        id: status.id,
        state: status.state,
        exitCode: status.exitCode ?? 0,
        reason: status.reason ?? "",
        message: status.message ?? "",
      })),

    imageStatus: async (image, options) => {
      try {
        return await answer(["inspecti", "-o", "json", image], options, ({ status }: { status: CrictlImage }) => ({
          id: status.id,
          digests: status.repoDigests ?? [],
          bytes: Number(status.size ?? 0),
        }));
      } catch (error) {
        // crictl fails if the service answers with no image
        if (error instanceof CriError && /no such image/.test(error.message)) return null;
        throw error;
      }
    },

    async pullImage(image, options) {
      await crictl(["pull", image], options);
    },

    close: () => {},
  };
}

/** A sandbox as crictl prints it. */
interface CrictlSandbox {
  readonly id: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly namespace: string };
  readonly state: SandboxState;
  readonly createdAt: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly runtimeHandler?: string;
  readonly network?: { readonly ip?: string };
}

interface CrictlContainer {
  readonly id: string;
  readonly state: ContainerState;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly message?: string;
}

interface CrictlImage {
  readonly id: string;
  readonly repoDigests?: readonly string[];
  readonly size?: string;
}

interface CrictlInfo {
  readonly status: Pick<CriStatus, "conditions">;
  readonly [key: string]: unknown;
}
