import { existsSync } from "node:fs";
import { cgroupDrivers, kubeletConfig, kubeletDriver, readKubeletConfig } from "../campaign/service/cgroup-parent.js";
import { sandboxImageOf } from "../campaign/service/reported-config.js";
import { knownContainerd } from "../campaign/service/service.js";
import { serviceFacts } from "../campaign/service/service-facts.js";
import type { CriClient, CriStatus, CriVersion } from "../cri/grpc/client.js";
import { CriError } from "../cri/grpc/errors.js";
import { connectCri, socketPath } from "../cri/grpc/grpc.js";
import { runtimeHandlers } from "../cri/handlers.js";
import { cgroupMode } from "../host/cgroups.js";
import { listenerOf } from "../host/listener.js";
import { inotifyInstances, openFilesOf } from "../host/open-files.js";
import { badPair } from "./bad-pairs.js";
import { type CheckResult, fine, lacking } from "./check-result.js";

/** The information about a service that the doctor needs. */
interface ServiceUnderTest {
  readonly cri: CriClient;
  readonly socket: string;
  readonly version: CriVersion;
  readonly status: CriStatus;
}

/** Time limit of one call, in milliseconds. */
const callMs = 5_000;

/**
 * Number of files that a sandbox opens in the service's own process: connections to its shim, the task's pipes, events. With
 * containerd 1.6.20, four were measured.
 */
const filesInService = 4;

/**
 * Checks a service for causes of failing cold starts: its sandbox image, its cgroup driver, its own limit on open files, inotify,
 * programs that are known not to work together.
 *
 * @param handlers the handlers that will be used; if empty, all that the service has
 * @param sandboxes the largest number of sandboxes at once; 0 without a plan
 */
export async function serviceChecks(
  service: ServiceUnderTest,
  handlers: readonly string[],
  sandboxes: number,
): Promise<readonly CheckResult[]> {
  const { cri, socket, version, status } = service;
  const own = handlers.length > 0 ? handlers : (runtimeHandlers(status) ?? []);
  const driverOf = await cgroupDrivers(cri, status);
  return [
    await imageCheck(service, knownContainerd(socket)?.configText ?? null),
    ...driverChecks(
      own.map(handler => ({ handler, driver: driverOf(handler) })),
      readKubeletConfig(),
    ),
    filesCheck(listenerOf(socket), sandboxes),
    inotifyCheck(sandboxes),
    await pairsCheck(own, async handler => {
      const facts = await serviceFacts({ version, status, socket, configText: null, driver: null }, handler);
      return [String(facts.service), String(facts.ociVersion)];
    }),
  ];
}

async function imageCheck({ cri, status, version }: ServiceUnderTest, configText: string | null): Promise<CheckResult> {
  const check = "sandbox image";
  const image = sandboxImageOf(status, configText);
  if (image === null) return fine(check, "the service does not report it");
  if ((await cri.imageStatus(image, { timeoutMs: callMs })) !== null) return fine(check, image);
  const pull = version.runtimeName === "containerd" ? "ctr -n k8s.io images pull" : "crictl pull";
  return lacking(
    check,
    `${image} is not in the service's store`,
    `\`${pull} ${image}\`, or import it; otherwise each start fails, or waits for a registry`,
  );
}

/** The only check whose failure does not make starts fail. */
const kubeletCheck = "kubelet's cgroup driver";

/**
 * Returns the reasons why cold starts of a plan would fail on a service; empty if the service does not answer.
 *
 * @param handlers the handlers of the plan's runtimes
 * @param sandboxes the largest number of sandboxes at once
 */
export async function serviceObstacles(
  endpoint: string,
  handlers: readonly string[],
  sandboxes: number,
): Promise<readonly string[]> {
  const cri = connectCri(endpoint);
  try {
    const version = await cri.version({ timeoutMs: callMs });
    const service = { cri, socket: socketPath(endpoint), version, status: await cri.status({ timeoutMs: callMs }) };
    const results = await serviceChecks(service, handlers, sandboxes);
    return results
      .filter(({ ok, check }) => !ok && check !== kubeletCheck)
      .map(({ check, found, next }) => `${check}: ${found} (${next})`);
  } catch (error) {
    if (error instanceof CriError) return [];
    throw error;
  } finally {
    cri.close();
  }
}

/** Checks the cgroup drivers of handlers. @param kubelet the text of the kubelet's config */
function driverChecks(
  found: readonly { readonly handler: string; readonly driver: string | null }[],
  kubelet: string | undefined,
): readonly CheckResult[] {
  const check = "cgroup driver";
  const drivers = [...new Set(found.map(({ driver }) => driver))];
  const namesOf = (driver: string | null) => found.filter(each => each.driver === driver).map(each => each.handler);
  const text = drivers.map(driver => `${driver ?? "unknown"} (${namesOf(driver).join(", ")})`).join("; ");
  if (drivers.includes("systemd") && !existsSync("/run/systemd/system")) {
    const names = namesOf("systemd").join(", ");
    return [lacking(check, text, `systemd is not running here: set SystemdCgroup = false for ${names}`)];
  }
  const wanted = kubeletDriver(kubelet ?? "");
  const other = wanted === null ? [] : found.filter(({ driver }) => driver !== null && driver !== wanted);
  const names = other.map(({ handler }) => handler).join(", ");
  return [
    fine(check, text || "no handler is known"),
    ...(other.length === 0
      ? []
      : [
          lacking(
            kubeletCheck,
            `${kubeletConfig} names ${wanted}, and the service uses another driver for ${names}`,
            "use the same driver in both",
          ),
        ]),
  ];
}

function filesCheck(pid: number | undefined, sandboxes: number): CheckResult {
  const check = "files of the service";
  const use = pid === undefined ? undefined : openFilesOf(pid);
  if (use === undefined) return fine(check, "its process is not visible");
  const text = `${use.used} open of ${use.limit}`;
  const needed = sandboxes * filesInService;
  return needed <= use.limit - use.used
    ? fine(check, text)
    : lacking(check, text, `the plan needs about ${needed} more: raise LimitNOFILE of its unit (or ulimit -n)`);
}

/** Checks inotify instances: with cgroup v2 each shim uses one to watch memory events; with v1 it uses none. */
function inotifyCheck(sandboxes: number): CheckResult {
  const check = "inotify";
  const use = inotifyInstances();
  if (use === undefined) return fine(check, "the kernel has no limit");
  const text = `${use.used} instances of ${use.limit}`;
  const needed = cgroupMode() === "v2" ? sandboxes : 1;
  return needed <= use.limit - use.used
    ? fine(check, text)
    : lacking(check, text, `the plan needs ${needed} more: sysctl fs.inotify.max_user_instances=${use.used + needed}`);
}

/** Checks for known bad pairs. @param programs returns the service and the OCI runtime of a handler, each with its version */
async function pairsCheck(
  handlers: readonly string[],
  programs: (handler: string) => Promise<readonly [service: string, runtime: string]>,
): Promise<CheckResult> {
  const known: string[] = [];
  const bad: string[] = [];
  for (const handler of handlers) {
    const [service, runtime] = await programs(handler);
    if (runtime !== "null" && runtime !== "undefined") known.push(`${handler}: ${runtime}`);
    const why = badPair(service, runtime);
    if (why !== undefined) bad.push(`${runtime} behind ${service}: ${why}`);
  }
  const check = "known bad pairs";
  return bad.length === 0
    ? fine(
        check,
        known.length === 0 ? "none; the service does not report its runtimes' programs" : `none (${known.join(", ")})`,
      )
    : lacking(check, known.join(", "), bad.join("; "));
}
