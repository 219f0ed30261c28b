import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { LabError } from "../../model/errors.js";
import type { CallOptions, CriClient, CriStatus, CriVersion, SandboxConfig, SandboxState } from "./client.js";
import { crictlFailure } from "./crictl-output.js";
import { CriError, ignoreNotFound } from "./errors.js";
import { defaultTimeoutMs, socketPath } from "./grpc.js";
import { hasLabels } from "./labels.js";
import { timestampNs } from "./timestamp.js";

/**
 * A client that starts one crictl for each call, as the paper's scripts do: what that process costs is part of every
 * duration. Understands crictl 1.16 and later.
 *
 * @param endpoint `unix:///run/containerd/containerd.sock`, or the bare path
 * @param program looked up on PATH
 * @throws LabError `RUND_CRI_ENDPOINT` if the endpoint is no unix socket's; each call `RUND_CRICTL_MISSING` where there is no
 *   such program
 */
export function connectCrictl(endpoint: string, program = "crictl"): CriClient {
  const path = socketPath(endpoint);

  /** Runs one command to its end and gives its standard output. */
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
        hint: "install Kubernetes' cri-tools, or leave --driver crictl out: rund-lab speaks CRI itself",
        cause: result.cause,
      });
    }
    const { reason, grpcCode, details } = crictlFailure(result.stderr);
    throw new CriError(reason, grpcCode, where, details || `exit ${result.exitCode}, nothing on stderr`);
  }

  /** Runs one command that prints JSON. A crictl that prints something else is an error of its own. */
  async function answer<Json, Answer>(
    command: readonly string[],
    options: CallOptions | undefined,
    read: (json: Json) => Answer,
  ): Promise<Answer> {
    const text = await crictl(command, options);
    try {
      return read(JSON.parse(text) as Json);
    } catch (cause) {
      const found = `its answer cannot be read: ${JSON.stringify(text.slice(0, 80))}`;
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

    async runPodSandbox(sandbox, options) {
      const runtime = sandbox.handler === "" ? [] : ["--runtime", sandbox.handler];
      const config = openText(JSON.stringify(crictlConfig(sandbox)));
      try {
        return (await crictl(["runp", ...runtime, `/proc/${process.pid}/fd/${config}`], options)).trim();
      } finally {
        closeSync(config);
      }
    },

    podSandboxStatus: (id, options) =>
      answer(["inspectp", "-q", "-o", "json", id], options, ({ status }: { readonly status: CrictlSandbox }) => ({
        id: status.id,
        state: status.state,
        handler: status.runtimeHandler ?? "",
        labels: status.labels ?? {},
        createdAtNs: timestampNs(status.createdAt),
      })),

    // crictl splits label values at commas and takes none with "=": the filter is applied here
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
}

interface CrictlInfo {
  readonly status: Pick<CriStatus, "conditions">;
  readonly [key: string]: unknown;
}

/** The sandbox's config in crictl's own form: snake_case keys, enums by number. */
function crictlConfig(sandbox: SandboxConfig) {
  return {
    metadata: { name: sandbox.name, uid: sandbox.uid, namespace: sandbox.namespace, attempt: 0 },
    hostname: sandbox.network === "POD" ? sandbox.name : "",
    log_directory: sandbox.logDirectory ?? "",
    labels: sandbox.labels,
    annotations: sandbox.annotations ?? {},
    linux: {
      cgroup_parent: sandbox.cgroupParent ?? "",
      security_context: { namespace_options: { network: { POD: 0, NODE: 2 }[sandbox.network] } },
    },
  };
}

/**
 * A file descriptor of ours to read a text from, which another program of the same user can open by its name in /proc. The
 * file has no name of its own any more, so nothing is left behind however this process ends.
 */
function openText(text: string): number {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-"));
  try {
    const file = join(folder, "config.json");
    writeFileSync(file, text);
    return openSync(file, "r");
  } finally {
    rmSync(folder, { recursive: true });
  }
}
