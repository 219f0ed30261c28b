import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { basename } from "node:path";
import { execa } from "execa";
import { formatRunName } from "../../logs/index.js";
import type { Manifest, ManifestRun } from "../../logs/manifest.js";
import { LabError } from "../../model/errors.js";
import { thisMachine } from "../environment/index.js";
import { withLock } from "../environment/lock.js";
import { readCpu } from "../host/cpu.js";
import { readFingerprint } from "../host/fingerprint.js";
import { listenerOf } from "../host/listener.js";
import { readSandboxMemory } from "../host/memory-snapshot.js";
import { readSizes } from "../host/smaps.js";
import { readHostMemory, readHostState, readMemoryPressure, readMemorySettings } from "../host/state.js";
import { runCampaign } from "./campaign.js";
import { CampaignFolder, makeCampaignFolder } from "./campaign-folder.js";
import { removeSandbox } from "./cleanup.js";
import { type Clock, elapsedMs, fasterClock, machineClock } from "./clock.js";
import { coldStart } from "./cold-start.js";
import { type CampaignEnvironment, machineEnvironment, replayEnvironment } from "./environment.js";
import type { Plan } from "./plan.js";
import { replayTiming, type Timing, usualTiming } from "./quiet.js";
import { sandboxRequest } from "./sandboxes.js";
import type { Service } from "./service.js";
import { ServiceLog } from "./service-log.js";
import { settingsDigest } from "./settings.js";
import type { CampaignProgress, CampaignTools, MemoryTools } from "./tools.js";

/** What a campaign is measured with. */
export interface MeasureOptions {
  readonly plan: Plan;
  readonly service: Service;
  /** The endpoint as it was asked for: a replay's is not the socket it happens to have. */
  readonly endpoint: string;
  /** The words after `rund-lab`, for the manifest. */
  readonly command: readonly string[];
  readonly toolVersion: string;
  readonly signal: AbortSignal;
  readonly report: (progress: CampaignProgress) => void;
  /** A rehearsal's memory, which no process has; the host's own if left out. */
  readonly memory?: MemoryTools;
  /** Waits and windows around a round; the usual ones if left out, and none in a rehearsal. */
  readonly timing?: Timing;
}

/**
 * Measures a new campaign.
 *
 * @param out the folder its folder is made in, such as `raw`
 * @param made is told the campaign's folder before anything is measured
 * @returns the campaign's folder
 * @throws LabError as `runCampaign`, and `RUND_LOCKED`
 */
export async function measureCampaign(
  out: string,
  options: MeasureOptions,
  made: (path: string) => void = () => {},
): Promise<string> {
  const { plan } = options;
  const at = new Date().toISOString();
  const what = plan.settings.name ?? [...new Set(plan.settings.experiments.map(each => each.experiment))].join("-");
  const path = makeCampaignFolder(out, what, at);
  return locked(path, async () => {
    const folder = CampaignFolder.create(path, newManifest(basename(path), at, options));
    made(path);
    try {
      await runCampaign(folder, plan, toolsFor(options, folder.manifest.label), options.signal);
    } finally {
      folder.close();
    }
    return path;
  });
}

/**
 * Goes on with a campaign at its first round that is not measured yet. A campaign that is complete is left as it is.
 *
 * @throws LabError `RUND_RESUME_PLAN` if the plan is another one, `RUND_RESUME_HOST` on another machine, `RUND_RESUME` if it
 *   cannot be read, `RUND_LOCKED` if it runs
 */
export async function resumeCampaign(path: string, options: MeasureOptions): Promise<string> {
  return locked(path, async () => {
    const folder = CampaignFolder.open(path);
    try {
      const { manifest } = folder;
      refuseOtherPlan(manifest, options.plan, path);
      refuseOtherService(manifest, options, path);
      if (manifest.status === "complete") return path;
      folder.update({ status: "running", why: null, endedAt: null });
      await runCampaign(folder, options.plan, toolsFor(options, manifest.label), options.signal);
    } finally {
      folder.close();
    }
    return path;
  });
}

/** One process at a time works on a campaign's folder, whatever path leads to it. */
const locked = <Result>(path: string, work: () => Promise<Result>): Promise<Result> =>
  withLock(realpathSync(path), work);

function refuseOtherPlan(manifest: Manifest, plan: Plan, path: string): void {
  if (manifest.plan.digest === settingsDigest(plan.settings)) return;
  throw new LabError("RUND_RESUME_PLAN", "input", "this is another plan than the campaign was begun with", {
    where: path,
    hint: "leave the options out: the campaign knows its plan; or measure the new one without --resume",
  });
}

function refuseOtherService(manifest: Manifest, { service }: MeasureOptions, path: string): void {
  const refuse = (what: string, expected: string, found: string) => {
    throw new LabError("RUND_RESUME_HOST", "input", `${what} is another one than the campaign was begun with`, {
      where: path,
      ...{ expected, found },
      hint: "one campaign is measured on one machine in one way: measure again in a new folder",
    });
  };
  const { replay } = manifest;
  const now = service.replay;
  if (replay?.dataset !== now?.dataset || replay?.speed !== now?.speed) {
    refuse("the service", describeReplay(replay), describeReplay(now));
  }
  if (manifest.driver !== service.cri.driver) refuse("the driver", manifest.driver, service.cri.driver);
  const { id } = readFingerprint();
  if (replay === null && manifest.host.id !== id) refuse("the machine", manifest.host.id, id);
}

const describeReplay = (replay: Manifest["replay"]): string =>
  replay === null ? "a real runtime" : `a replay of ${replay.dataset} at speed ${replay.speed}`;

/** The manifest of a campaign that begins. */
export function newManifest(name: string, at: string, options: MeasureOptions): Manifest {
  const { plan, service, endpoint, command, toolVersion } = options;
  return {
    format: 1,
    campaign: name,
    label: `${name}-${randomBytes(4).toString("hex")}`,
    name: plan.settings.name,
    status: "running",
    why: null,
    startedAt: at,
    endedAt: null,
    command,
    tool: { version: toolVersion, node: process.versions.node },
    driver: service.cri.driver,
    endpoint,
    service: { name: service.version.runtimeName, version: service.version.runtimeVersion },
    replayed: service.replay !== null,
    replay: service.replay,
    host: { ...readFingerprint() },
    plan: { digest: settingsDigest(plan.settings), settings: plan.settings },
    runs: newRuns(plan, at),
  };
}

/** The run folders of a plan. Their names end in the minute; where one is taken, the next free minute. */
function newRuns(plan: Plan, at: string): readonly ManifestRun[] {
  const taken = new Set<string>();
  const runs: ManifestRun[] = [];
  for (const { settings, parts } of plan.experiments) {
    const { experiment, runtimes, rounds } = settings;
    const known = parts.flatMap(part => part.runtimes);
    for (let repeat = 1; repeat <= (experiment === "memory" ? rounds : 1); repeat++) {
      for (const id of runtimes) {
        const { handler, label } = known.find(runtime => runtime.id === id)!;
        let minute = Date.parse(at);
        let name = { experiment, runtime: id, recorded: stamp(minute) };
        while (taken.has(formatRunName(name))) {
          minute += 60_000;
          name = { ...name, recorded: stamp(minute) };
        }
        taken.add(formatRunName(name));
        const unknown = { kernel: null, containerd: null, crictl: null, kata: null, vmm: null };
        const circumstances = { versions: unknown, template: null, config: {} };
        runs.push({ run: formatRunName(name), ...name, handler, label, repeat, ...circumstances });
      }
    }
  }
  return runs;
}

/** Month, day, hour and minute in UTC: `12252108`. */
const stamp = (epochMs: number): string => new Date(epochMs).toISOString().slice(5, 16).replaceAll(/[-T:]/g, "");

function toolsFor({ service, memory, report, timing }: MeasureOptions, label: string): CampaignTools {
  const { cri, replay, socket, log } = service;
  const clock: Clock = replay === null ? machineClock : fasterClock(replay.speed);
  return {
    cri,
    clock,
    report,
    host: { cpu: readCpu, state: readHostState, pressure: readMemoryPressure },
    timing: timing ?? (replay === null ? usualTiming : replayTiming),
    network: "NODE",
    memory: memory ?? hostMemory(socket),
    environment: environmentFor(service, label, clock),
    serviceLog: log === null ? null : new ServiceLog(log),
    async runCommand(command, signal) {
      const startedNs = machineClock.nowNs();
      const { exitCode } = await execa("sh", ["-c", command], { reject: false, stdio: "ignore", cancelSignal: signal });
      signal.throwIfAborted();
      return { ms: elapsedMs(startedNs, machineClock.nowNs()), exitCode: exitCode ?? -1 };
    },
  };
}

function environmentFor(service: Service, label: string, clock: Clock): CampaignEnvironment {
  if (service.replay !== null) return replayEnvironment(service.replay.dataset);
  const { cri, containerd, snapshotter } = service;
  const maker = { campaign: label, session: randomBytes(4).toString("hex"), network: "NODE" } as const;
  const startAndRemove = async (handler: string) => {
    const place = { experiment: "time", runtime: handler, density: 0, concurrency: 1, round: 1, client: 1 } as const;
    const sandbox = sandboxRequest(maker, handler, { ...place, role: "probe" });
    const sample = await coldStart({ cri, clock }, sandbox, 1, clock.nowNs(), 60_000, new AbortController().signal);
    if (sample.sandbox !== null) await removeSandbox(cri, sample.sandbox);
    if (sample.status === "ready") return;
    throw new LabError("RUND_TEMPLATE", "machine", `the sandbox for the template does not start: ${sample.message}`, {
      where: handler,
      hint: "the runtime's own log says why",
    });
  };
  return machineEnvironment({
    containerd,
    snapshotter,
    program: "containerd",
    machine: thisMachine({ startAndRemove }),
  });
}

/** The memory experiment's eyes on this machine. */
const hostMemory = (socket: string): MemoryTools => ({
  snapshot: ({ processes }, ids) => readSandboxMemory(ids, processes),
  enginePssKiB() {
    const pid = listenerOf(socket);
    return pid === undefined ? null : (readSizes(pid)?.pssKiB ?? null);
  },
  host: readHostMemory,
  settings: readMemorySettings,
});
