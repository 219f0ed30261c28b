import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { RoundEvent } from "../../campaign-files/events.js";
import { LabError } from "../../model/errors.js";
import { thisMachine } from "../changes/index.js";
import { endStoppedShim } from "../containerd/stopped-shim.js";
import { EventStream } from "../cri/stages/events.js";
import { ShimLog } from "../cri/stages/shim-log.js";
import { SpanReceiver } from "../cri/stages/spans.js";
import { startEvents } from "../cri/stages/start-spans.js";
import type { HeadroomTools, MemoryTools } from "../experiments/visit.js";
import { readBounds } from "../host/bounds.js";
import { readCpu } from "../host/cpu.js";
import { listenerOf, listenerSees } from "../host/listener.js";
import { readSandboxMemory } from "../host/memory-snapshot.js";
import { readSizes } from "../host/smaps.js";
import { readHostMemory, readHostState, readMemoryPressure, readMemorySettings } from "../host/state.js";
import { type MicroTools, microTools } from "../micro/micro-tools.js";
import type { Plan } from "../plan/plan.js";
import { type Clock, elapsedMs, fasterClock, machineClock } from "../round/clock.js";
import { type Driver, emptySandbox } from "../round/driver.js";
import { watchLoop } from "../round/loop-delay.js";
import { ServiceLog } from "../round/service-log.js";
import { replayTiming, usualTiming } from "../round/timing.js";
import { callMs } from "../sandboxes/removal.js";
import { probeLabels, sandboxRequest } from "../sandboxes/request.js";
import { startOne } from "../sandboxes/start-one.js";
import { spareFromOom } from "../system/oom-protection.js";
import { criDriver } from "../workload/cri-driver.js";
import type { Reports } from "../workload/marks.js";
import { warmUp } from "../workload/warm-up.js";
import { clearAfter } from "./clear-after.js";
import { clusterTools } from "./cluster-tools.js";
import type { MeasureOptions } from "./options.js";
import { machinePreparation, type Preparation, replayPreparation } from "./preparation.js";
import { campaignParent, parentFolder } from "./service/cgroup-parent.js";
import { isContainerd, type Service } from "./service/service.js";
import type { CampaignTools, Holds } from "./tools.js";
import { workloadFacts } from "./workload-facts.js";

/**
 * Returns the tools of a campaign on this machine; those of a rehearsal change nothing and use recorded times.
 *
 * @param folder the campaign's folder
 */
export function toolsFor(options: MeasureOptions, label: string, folder: string): CampaignTools {
  const { service, memory, report, timing, plan, warn = () => {}, decided = () => false, holds = noSearch } = options;
  const common = { report, warn, decided, holds, watchLoop, runCommand: runPrepare };
  if ("cluster" in service) return { ...common, ...clusterTools(service, label, options) };
  const { cri, replay, socket, log } = service;
  // only this experiment uses containerd's snapshots
  const usesSnapshots = plan.settings.experiments.some(({ experiment }) => experiment === "rootfs");
  const clock: Clock = replay === null ? machineClock : fasterClock(replay.speed);
  const logFolder = join(folder, "container-logs");
  // a killed session may have left logs
  rmSync(logFolder, { recursive: true, force: true });
  // only a real containerd reports events
  const reports = isContainerd(service);
  const spans = reports ? spansOf(service) : null;
  const listen = async () => [
    ...(spans === null ? [] : [await spans.listen()]),
    ...(log === null ? [] : [new ShimLog(log)]),
    new EventStream(socket),
  ];
  // a rehearsal starts no real sandbox, and neither does a campaign without a service
  const starts = replay === null && socket !== "";
  const micro = microTools(
    label,
    usesSnapshots ? socket : "",
    starts ? { endpoint: service.endpoint, logs: logFolder } : {},
  );
  const cgroupParent = parentFor(service, label, micro);
  const serviceSees = folderCheck(socket);
  const driver = criDriver({ cri, clock, logFolder, serviceSees, cgroupParent, ...(reports ? { listen } : {}) });
  return {
    ...common,
    driver,
    clock,
    workloadFacts: settings => workloadFacts(service, settings),
    host: { cpu: readCpu, state: readHostState, pressure: readMemoryPressure },
    ...(cri.driver === "cri" && replay === null ? { warmUp } : {}),
    timing: timing ?? (replay === null ? usualTiming : replayTiming),
    memory: memory ?? hostMemory(socket),
    headroom: headroomUnder(socket, label, micro, plan),
    micro,
    endStoppedShim,
    clearOrphans: () => clearAfter(service, label),
    preparation: preparationFor(service, driver, label, clock),
    serviceLog: log === null ? null : new ServiceLog(log),
    close: async () => spans?.close(),
  };
}

/**
 * Runs the `prepare` command of a round in a shell.
 *
 * @throws the signal's reason if it is aborted
 */
async function runPrepare(command: string, signal: AbortSignal): Promise<NonNullable<RoundEvent["prepare"]>> {
  const startedNs = machineClock.nowNs();
  const { exitCode } = await execa("sh", ["-c", command], { reject: false, stdio: "ignore", cancelSignal: signal });
  signal.throwIfAborted();
  return { ms: elapsedMs(startedNs, machineClock.nowNs()), exitCode: exitCode ?? -1 };
}

/**
 * Returns a function that checks whether a service sees a folder as this program does. It checks only once, because all folders of
 * a campaign have the same parent.
 */
function folderCheck(socket: string): (folder: string) => boolean {
  let sees: boolean | undefined;
  return folder => {
    sees ??= listenerSees(socket, folder);
    return sees;
  };
}

/** Returns the spans of a service; null if it sends none. They are received from the first round to the last. */
function spansOf({ spansPort }: Service) {
  if (spansPort === null) return null;
  let receiver: Promise<SpanReceiver> | undefined;
  return {
    async listen(): Promise<Reports> {
      receiver ??= SpanReceiver.on(spansPort);
      const received = await receiver;
      received.clear();
      return { events: () => startEvents(received.spans()), broken: false, close: () => {} };
    },
    close: async () => (await receiver?.catch(() => undefined))?.close(),
  };
}

function preparationFor(service: Service, driver: Driver, label: string, clock: Clock): Preparation {
  if (service.replay !== null) return replayPreparation(service.replay.dataset);
  const { containerd, snapshotter } = service;
  const maker = { campaign: label, session: randomBytes(4).toString("hex") };
  const startAndRemove = async (handler: string) => {
    const sandbox = sandboxRequest(maker, handler, "NODE", probeLabels(handler));
    const { signal } = new AbortController();
    const sample = await startOne({ driver, clock }, emptySandbox, sandbox, 60_000, signal);
    if (sample.sandbox !== null) await driver.remove(sample.sandbox, callMs);
    if (sample.status === "ready") return;
    throw new LabError("RUND_TEMPLATE", "machine", `the sandbox for the template does not start: ${sample.message}`, {
      where: handler,
      hint: "see the runtime's own log for the reason",
    });
  };
  return machinePreparation({
    containerd,
    snapshotter,
    facts: handler => service.facts(handler),
    machine: thisMachine({ startAndRemove }),
  });
}

/** Refuses a search, because no function judges its rates. @throws LabError `RUND_SEARCH` */
const noSearch: Holds = () => {
  throw new LabError("RUND_SEARCH", "usage", "a search needs a function that judges its rates", {
    where: "holds",
    hint: "`rund-lab run arrivals --rate search` passes one; a program passes `holds` with the other options",
  });
};

/** Returns a function that returns the parent control group for a handler. The parent is recorded before its first use. */
function parentFor(service: Service, label: string, micro: MicroTools): (handler: string) => string | undefined {
  let noted = false;
  return handler => {
    const parent = campaignParent(service.cgroupDriver(handler), label);
    if (parent !== undefined && !noted) micro.note();
    noted ||= parent !== undefined;
    return parent;
  };
}

/**
 * Returns the limits for the engine's sandboxes: those of the parents in the settings, of the campaign's own parent, and of
 * `/k8s.io`.
 */
const headroomUnder = (socket: string, label: string, micro: MicroTools, { settings }: Plan): HeadroomTools => {
  const asked = settings.experiments.flatMap(({ cgroupParent }) => cgroupParent ?? []);
  const own = [campaignParent("cgroupfs", label)!, campaignParent("systemd", label)!];
  const groups = ["/k8s.io", ...[...own, ...asked].map(parentFolder)];
  const pids = () => {
    const engine = listenerOf(socket);
    return engine === undefined ? (["self"] as const) : (["self", engine] as const);
  };
  return { bounds: () => readBounds(pids(), groups), protect: () => spareFromOom(pids(), micro.noteSpared) };
};

/** Returns the memory experiment's readers of this machine's memory. */
const hostMemory = (socket: string): MemoryTools => ({
  snapshot: ({ processes }, ids) => readSandboxMemory(ids, processes),
  enginePssKiB() {
    const pid = listenerOf(socket);
    return pid === undefined ? null : (readSizes(pid)?.pssKiB ?? null);
  },
  host: readHostMemory,
  settings: readMemorySettings,
});
