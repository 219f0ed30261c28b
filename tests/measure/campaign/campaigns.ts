import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CampaignEvent, parseEvents, type RoundEvent } from "../../../src/campaign-files/index.js";
import { runCampaign } from "../../../src/measure/campaign/campaign.js";
import { newManifest } from "../../../src/measure/campaign/new-manifest.js";
import { replayPreparation } from "../../../src/measure/campaign/preparation.js";
import type { CampaignTools } from "../../../src/measure/campaign/tools.js";
import type { CriClient } from "../../../src/measure/cri/grpc/client.js";
import type { ExperimentWishes } from "../../../src/measure/experiments/settings.js";
import { type RuntimeDeclaration, runtimes } from "../../../src/measure/index.js";
import { microTools } from "../../../src/measure/micro/micro-tools.js";
import { makePlan, type Plan } from "../../../src/measure/plan/plan.js";
import { experimentSettings } from "../../../src/measure/plan/settings.js";
import { CampaignFolder } from "../../../src/measure/record/campaign-folder.js";
import { criDriver } from "../../../src/measure/workload/cri-driver.js";
import type { FakeCri } from "./fake-cri.js";

/** A plan of the declared runtimes for one experiment, in the original's order unless wished otherwise. */
export function planOf(wishes: ExperimentWishes, known: readonly RuntimeDeclaration[] = runtimes): Plan {
  const experiments = [experimentSettings({ runtimes: ["runc"], order: "grid", ...wishes })];
  return makePlan({ name: null, experiments, custom: [] }, { runtimes: known, limits: null });
}

/** Tools around a fake service: a host that does nothing and holds nobody up, no windows, no waiting. */
export function fakeTools(cri: FakeCri, changes: Partial<CampaignTools> = {}): CampaignTools {
  const ticks = { busy: 100, total: 1000, iowait: 0, steal: 0 };
  const nothing = { memAvailableKiB: 1000, slabKiB: 0, pageTablesKiB: 0, kernelStackKiB: 0, percpuKiB: 0 };
  return {
    driver: criDriver({ cri, clock: cri.clock, logFolder: "/nowhere" }),
    clock: cri.clock,
    workloadFacts: async () => ({}),
    host: {
      cpu: () => ({ ticks, harnessUs: 0 }),
      state: () => ({ load1: 0, memAvailableKiB: 0, slabKiB: 0, tasks: 0, mounts: 0, pressure: null }),
      pressure: () => ({ swapIn: 0, stallUs: 0 }),
    },
    watchLoop: () => async () => 0,
    timing: { quietLimitMs: 0, idleMs: 0, settleMs: 0 },
    memory: {
      snapshot: () => {
        throw new Error("no memory here");
      },
      enginePssKiB: () => null,
      host: () => ({ ...nothing, anonHugePagesKiB: 0, hugetlbKiB: 0 }),
      settings: () => ({ ksmPagesSharing: null, transparentHugePages: null }),
    },
    micro: microTools("a-fake", ""),
    headroom: { bounds: () => [], protect: () => () => {} },
    preparation: replayPreparation("a fake"),
    serviceLog: null,
    runCommand: async () => ({ ms: 0, exitCode: 0 }),
    report: () => {},
    warn: () => {},
    decided: () => false,
    holds: () => "undecided",
    ...changes,
  };
}

export interface Outcome {
  readonly error: unknown;
  readonly events: readonly CampaignEvent[];
  readonly rounds: readonly RoundEvent[];
  readonly read: (file: string) => string;
}

/** Runs a plan in a folder: a new campaign, or the one that is there goes on. */
export async function campaignIn(
  path: string,
  plan: Plan,
  tools: CampaignTools,
  signal: AbortSignal = new AbortController().signal,
  resume = false,
): Promise<Outcome> {
  const service = {
    // a campaign reaches the service through its tools alone
    cri: { driver: "cri" } as CriClient,
    endpoint: "",
    socket: "",
    replay: null,
    handlers: null,
    snapshotter: null,
    spansPort: null,
    containerd: null,
    facts: async () => ({}),
    cgroupDriver: () => null,
    log: null,
    network: { ready: false, why: "", cni: null, pluginFolders: [] },
    version: { runtimeName: "fake", runtimeVersion: "1", runtimeApiVersion: "v1" },
  };
  const folder = resume
    ? CampaignFolder.open(path)
    : CampaignFolder.create(
        path,
        newManifest("campaign", "2026-01-31T12:00:00.000Z", {
          plan,
          service,
          endpoint: "",
          command: [],
          toolVersion: "0",
          signal,
          report: () => {},
        }),
      );
  let error: unknown;
  try {
    await runCampaign(folder, plan, tools, signal);
  } catch (thrown) {
    error = thrown;
  } finally {
    folder.close();
  }
  return { error, ...readCampaign(path) };
}

export function readCampaign(path: string): Omit<Outcome, "error"> {
  const read = (file: string) => readFileSync(join(path, file), "utf8");
  const { rows, problems } = parseEvents(read("events.ndjson"));
  if (problems.length > 0) throw new Error(`problems in the journal: ${JSON.stringify(problems.slice(0, 3))}`);
  const rounds = rows.filter((event): event is RoundEvent => event.event === "round");
  return { events: rows, rounds, read };
}
