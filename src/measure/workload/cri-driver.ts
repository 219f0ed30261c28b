import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Sample } from "../../campaign-files/events.js";
import { LabError } from "../../model/errors.js";
import type { ContainerConfig, CriClient, SandboxConfig } from "../cri/grpc/client.js";
import { isLost } from "../cri/grpc/errors.js";
import { labelNames } from "../cri/labels.js";
import { listeningPorts } from "../host/ports.js";
import { messageOf } from "../message-of.js";
import type { Clock } from "../round/clock.js";
import type { Driver, Release, Starts, Workload, WorkloadContainer } from "../round/driver.js";
import { coldStart, sinceRelease } from "./cold-start.js";
import { readOutput } from "./container-output.js";
import { FirstLines } from "./first-line.js";
import { addMarks, type Reports } from "./marks.js";

/** The tools of a driver over CRI. */
interface CriDriverTools {
  readonly cri: CriClient;
  readonly clock: Clock;
  /**
   * The folder in which the service writes the containers' logs; created when it is needed, and removed with the last of them.
   */
  readonly logFolder: string;
  /** Whether the service sees a folder as this program does; undefined for a service that always does. */
  readonly serviceSees?: (folder: string) => boolean;
  /** Begins to listen to the service's reports of its work; undefined for a service without reports. */
  readonly listen?: () => Promise<readonly Reports[]>;
  /** Returns the parent of a sandbox's control groups for its handler; undefined if the service should choose. */
  readonly cgroupParent?: (handler: string) => string | undefined;
}

/** Starts sandboxes through a CRI service. */
export function criDriver(tools: CriDriverTools): Driver {
  const { cri } = tools;
  return {
    kind: cri.driver,
    async ping(timeoutMs) {
      await cri.version({ timeoutMs });
    },
    list: (labels, timeoutMs) => cri.listPodSandbox(labels, { timeoutMs }),
    async remove(id, timeoutMs) {
      try {
        await cri.stopPodSandbox(id, { timeoutMs });
      } catch (error) {
        // a sandbox that cannot be stopped can perhaps still be removed
        if (isLost(error)) throw error;
      }
      await cri.removePodSandbox(id, { timeoutMs });
    },
    async begin(workload, sandboxes) {
      const { container, until } = workload;
      if (container !== null && until === "response") refuseTakenPorts(sandboxes, container);
      const logs = container === null ? null : openLogs(tools, waitsForLine(workload));
      try {
        return starts(tools, workload, sandboxes, logs, (await tools.listen?.()) ?? []);
      } catch (error) {
        logs?.close();
        throw error;
      }
    },
  };
}

/** Whether a cold start waits for its container's first line; if not, the line is read after the cold start's end. */
const waitsForLine = ({ until }: Workload): boolean => until === "output" || until === "response";

function starts(
  tools: CriDriverTools,
  workload: Workload,
  sandboxes: readonly SandboxConfig[],
  logs: ReturnType<typeof openLogs> | null,
  reports: readonly Reports[],
): Starts {
  const { container } = workload;
  const containerIds = new Map<number, string>();
  const files = new Map<number, string>();
  return {
    async start(sandbox, client, from, timeoutMs, signal) {
      const file = `${sandbox.uid}.log`;
      files.set(client, file);
      const port = container === null ? 0 : portOf(sandbox, container.port);
      const start = {
        client,
        workload,
        port,
        sandbox: {
          ...withParent(sandbox, tools.cgroupParent),
          ...(logs === null ? {} : { logDirectory: logs.folder }),
        },
        container: container === null ? null : containerFor(container, port, file, sandbox.labels),
        firstLine: logs !== null && waitsForLine(workload) ? logs.lines.of(file) : null,
        logDiskIsFull: () => logs?.lines.diskIsFull() ?? false,
      };
      const { sample, containerId } = await coldStart(tools, start, from, timeoutMs, signal);
      if (containerId !== null) containerIds.set(client, containerId);
      return sample;
    },
    async complete(samples, from) {
      const podNetwork = sandboxes[0]?.network === "POD";
      const withLines =
        logs === null
          ? samples
          : samples.map(sample => withOutput(sample, logs.lines.seen(files.get(sample.client)!), from));
      if (reports.length === 0) return withLines;
      return addMarks(withLines, reports, { containerIds, podNetwork }, from, tools.clock);
    },
    output: client => readOutput(join(logs?.folder ?? "", files.get(client) ?? "")),
    close() {
      for (const each of reports) each.close();
      logs?.close();
    },
  };
}

/** Returns a sandbox with the parent in its request, or otherwise the usual one. */
function withParent(sandbox: SandboxConfig, usual: CriDriverTools["cgroupParent"]): SandboxConfig {
  const cgroupParent = sandbox.cgroupParent ?? usual?.(sandbox.handler);
  return cgroupParent === undefined ? sandbox : { ...sandbox, cgroupParent };
}

/**
 * Makes a folder for the logs of some containers.
 *
 * @param watching whether their first lines are waited for
 * @throws LabError `RUND_LOG_FOLDER` if it cannot be made or watched, or if the service does not see it
 */
function openLogs({ logFolder: parent, serviceSees = () => true }: CriDriverTools, watching: boolean) {
  const refuse = (expected: string, found: string, hint: string, cause?: unknown) =>
    new LabError("RUND_LOG_FOLDER", "machine", "", { where: parent, expected, found, hint, cause });
  let folder: string;
  let lines: FirstLines;
  try {
    mkdirSync(parent, { recursive: true });
    folder = mkdtempSync(join(parent, "logs-"));
    lines = new FirstLines(folder, watching);
  } catch (cause) {
    const hint = "choose a writable folder with --out; if no file watch is left, raise fs.inotify.max_user_instances";
    const expected = "a folder that rund-lab can write and watch, for the containers' logs";
    throw refuse(expected, messageOf(cause), hint, cause);
  }
  const close = () => {
    lines.close();
    rmSync(folder, { recursive: true, force: true });
    try {
      rmdirSync(parent);
    } catch {
      // other containers still write to it
    }
  };
  if (serviceSees(folder)) return { folder, lines, close };
  close();
  throw refuse(
    "a folder that the service sees too, for the containers' logs",
    "the service has other mounts there, or another root",
    "choose another folder with --out, or start the service after its file system is mounted",
  );
}

/** Adds the container's first line to a sample, if the line came after the sample's end. */
function withOutput(sample: Sample, line: ReturnType<FirstLines["seen"]>, from: Release): Sample {
  if (sample.status !== "ready" || sample.outputMs !== undefined || line === undefined) return sample;
  const outputMs = sinceRelease(line.stampEpochMs, from);
  return line.ownEpochMs === null
    ? { ...sample, outputMs }
    : { ...sample, outputMs, processMs: sinceRelease(line.ownEpochMs, from) };
}

/**
 * Returns the request for a container. It has its sandbox's labels, so that a container that CRI no longer lists can be found.
 */
function containerFor(
  wanted: WorkloadContainer,
  port: number,
  logPath: string,
  labels: SandboxConfig["labels"],
): ContainerConfig {
  const { image, command, env, cpu, memoryMiB } = wanted;
  return {
    name: "workload",
    image,
    command,
    labels,
    logPath,
    cpu,
    env: { PORT: String(port), ...env },
    memoryBytes: memoryMiB === null ? null : memoryMiB * 2 ** 20,
  };
}

/**
 * Returns the port that a sandbox's process serves. On the host's network each client of a round has its own; for a background
 * sandbox the kernel chooses (port 0).
 */
function portOf({ network, labels }: SandboxConfig, port: number): number {
  if (network === "POD") return port;
  return labels[labelNames.role] === "background" ? 0 : port + Number(labels[labelNames.client] ?? 1) - 1;
}

/**
 * Makes sure that no process listens on the sandboxes' ports, because it would answer in a sandbox's place.
 *
 * @throws LabError `RUND_PORT_TAKEN`
 */
function refuseTakenPorts(sandboxes: readonly SandboxConfig[], { port }: WorkloadContainer): void {
  const onHost = sandboxes.filter(({ network }) => network === "NODE");
  if (onHost.length === 0) return;
  const taken = listeningPorts();
  const [first] = onHost.map(sandbox => portOf(sandbox, port)).filter(each => taken.has(each));
  if (first === undefined) return;
  throw new LabError("RUND_PORT_TAKEN", "machine", `a process on this machine listens on port ${first}`, {
    where: "--port",
    expected: `${onHost.length} free ports from ${port}`,
    found: `port ${first} is taken`,
    hint: "on the host's network each client needs its own port: choose another --port, or use --network pod",
  });
}
