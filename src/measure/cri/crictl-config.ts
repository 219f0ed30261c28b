import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerConfig, SandboxConfig } from "./grpc/client.js";
import { cpuPeriodUs } from "./grpc/grpc.js";

/** Returns the sandbox's config in crictl's own form: snake_case keys, enums by number. */
export function crictlConfig(sandbox: SandboxConfig) {
  return {
    metadata: { name: sandbox.name, uid: sandbox.uid, namespace: sandbox.namespace, attempt: 0 },
    hostname: sandbox.network === "POD" ? sandbox.name : "",
    log_directory: sandbox.logDirectory ?? "",
    labels: sandbox.labels,
    annotations: sandbox.annotations ?? {},
    linux: {
      cgroup_parent: sandbox.cgroupParent ?? "",
      security_context: {
        namespace_options: { network: { POD: 0, NODE: 2 }[sandbox.network] },
        // 0 is RuntimeDefault
        ...(sandbox.seccomp === true ? { seccomp: { profile_type: 0 } } : {}),
      },
    },
  };
}

/** Returns the container's config in crictl's own form; CONTAINER is 1 among the namespace modes. */
export function crictlContainer(container: ContainerConfig, network: SandboxConfig["network"]) {
  const { name, image, command, env, labels, logPath, cpu, memoryBytes } = container;
  return {
    metadata: { name, attempt: 0 },
    image: { image },
    command,
    envs: Object.entries(env).map(([key, value]) => ({ key, value })),
    labels,
    log_path: logPath,
    linux: {
      resources: {
        ...(cpu === null ? {} : { cpu_period: cpuPeriodUs, cpu_quota: Math.round(cpu * cpuPeriodUs) }),
        ...(memoryBytes === null ? {} : { memory_limit_in_bytes: memoryBytes }),
      },
      security_context: { namespace_options: { network: { POD: 0, NODE: 2 }[network], pid: 1 } },
    },
  };
}

/** Calls a function with the paths of config files for another program. No folder lists the files. */
export async function withConfigs<Result>(
  configs: readonly unknown[],
  work: (paths: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const files = configs.map(config => openText(JSON.stringify(config)));
  try {
    return await work(files.map(file => `/proc/${process.pid}/fd/${file}`));
  } finally {
    for (const file of files) closeSync(file);
  }
}

/**
 * Returns a file descriptor of this process from which a text can be read. Another program of the same user can open it by its
 * path in /proc. The file itself has no name any more, so nothing is left behind however this process ends.
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
