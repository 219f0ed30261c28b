import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "@decimalturn/toml-patch";
import type { ManifestRun } from "../../campaign-files/manifest.js";
import { configValues } from "../../logs/config-keys.js";
import { parseVersions } from "../../logs/index.js";
import {
  type ContainerdInUse,
  guestMemorySteps,
  type Machine,
  type PreparedMachine,
  prepareMachine,
  refuseChanges,
  type Step,
  stepsFor,
} from "../changes/index.js";
import { readVersions } from "../host/versions.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { ServiceFacts } from "./service/service-facts.js";

/** Prepares the machine for a campaign's runtimes (configs, snapshotter, templates) and restores it. */
export interface Preparation {
  /** Makes sure that the machine has no changes from another campaign, or from a killed session of this one. */
  refuseChanges(): void;
  /** Prepares the machine for runtimes whose rounds are mixed. */
  prepare(runtimes: readonly RuntimeDeclaration[]): Promise<void>;
  /**
   * Sets a runtime's nominal guest memory.
   *
   * @returns the guests' true memory in MB; null without a guest
   */
  setGuestMemory(runtime: RuntimeDeclaration, nominalMb: number): Promise<number | null>;
  /** Returns the software and settings of a run, after the machine was prepared for its runtime. */
  describe(runtime: RuntimeDeclaration): Promise<RunDescription>;
  /** Restores everything; does nothing if nothing was changed. */
  restore(): Promise<void>;
}

/** The software and settings of a run, and the files of its run folder that describe them. */
type RunDescription = Pick<ManifestRun, "versions" | "template" | "config"> & {
  /** versions.txt and copies of the configs, by name. */
  readonly files: Readonly<Record<string, string>>;
};

/** The information needed to prepare a machine. */
interface MachineUnderTest {
  /** Null if the service's config is unknown; then it cannot be changed. */
  readonly containerd: ContainerdInUse | null;
  /** The snapshotter that containerd reports; null if it reports none. */
  readonly snapshotter: string | null;
  /** The facts about a handler, from the service that answers. */
  readonly facts: (handler: string) => Promise<ServiceFacts>;
  readonly machine: Machine;
}

/** Prepares this machine step by step, and restores it; see `changes/`. */
export function machinePreparation(under: MachineUnderTest): Preparation {
  let prepared: PreparedMachine | undefined;
  const perform = async (steps: readonly Step[]) => {
    if (steps.length === 0) return;
    if (prepared === undefined) prepared = await prepareMachine(steps, under.machine);
    else await prepared.perform(steps);
  };
  return {
    refuseChanges: () => refuseChanges(under.machine),
    prepare: runtimes => perform(stepsFor(runtimes, under)),
    async setGuestMemory(runtime, nominalMb) {
      await perform(guestMemorySteps(runtime, nominalMb));
      return guestMemoryMb(runtime, nominalMb);
    },
    describe: runtime => describeRun(runtime, under),
    async restore() {
      const last = prepared;
      prepared = undefined;
      await last?.restore();
    },
  };
}

/** The part of a preparation that changes nothing. */
export const noChanges = {
  refuseChanges: () => {},
  prepare: async () => {},
  setGuestMemory: async () => null,
  restore: async () => {},
} satisfies Partial<Preparation>;

/** Returns the preparation of a rehearsal: nothing is changed, and nothing is known about the recorded machine. */
export const replayPreparation = (dataset: string): Preparation => ({
  ...noChanges,
  setGuestMemory: async (runtime, nominalMb) => guestMemoryMb(runtime, nominalMb),
  describe: async () => ({ ...unknownRun, files: { "versions.txt": `replayed from ${dataset}\n` } }),
});

/** The description of a run about which nothing is known. */
export const unknownRun = {
  versions: { kernel: null, containerd: null, crictl: null, kata: null, vmm: null },
  template: null,
  config: {},
} satisfies Omit<RunDescription, "files">;

/** Returns the guests' true memory in MB; null without a guest. */
const guestMemoryMb = ({ config, guestMemoryExtraMb }: RuntimeDeclaration, nominalMb: number): number | null =>
  config === null ? null : nominalMb + guestMemoryExtraMb;

async function describeRun(runtime: RuntimeDeclaration, under: MachineUnderTest): Promise<RunDescription> {
  const facts = await under.facts(runtime.handler);
  const text = await readVersions(runtime, /^containerd (\S+)/.exec(String(facts.service))?.[1] ?? null);
  const { template, ...versions } = parseVersions(text);
  const files: Record<string, string> = { "versions.txt": text };
  const config = { snapshotter: under.snapshotter, service: null, ...facts };
  const own = runtime.config?.path;
  for (const path of [under.containerd?.configPath, own]) {
    if (path === undefined || !existsSync(path)) continue;
    const content = readFileSync(path, "utf8");
    files[basename(path)] = content;
    if (path === own) Object.assign(config, configValues(parse(content)));
  }
  if (runtime.snapshotter !== null && under.containerd !== null) config.snapshotter = runtime.snapshotter;
  if (runtime.config !== null) Object.assign(config, { guestMemoryExtraMb: runtime.guestMemoryExtraMb });
  return { versions, template: runtime.template !== null ? true : template, config, files };
}
