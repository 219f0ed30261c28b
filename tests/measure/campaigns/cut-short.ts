import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { restoreMachine } from "../../../src/measure/changes/index.js";
import type { ReplayServer } from "../../../src/measure/cri/index.js";
import type { LabError } from "../../../src/model/errors.js";
import { projectRoot } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { readCampaign } from "../campaign/campaigns.js";
import { configs, installedMachine, type StandIn } from "../changes/stand-ins.js";
import { machineCampaign } from "./machine-campaign.js";

export const socketOf = ({ endpoint }: ReplayServer): string => endpoint.replace("unix://", "");

/** A machine of its own, and an empty folder for the campaign. */
export const inMachine = (work: (machine: StandIn, folder: string) => Promise<void>) =>
  inTempFolder(async root => {
    const folder = join(root, "campaign");
    mkdirSync(folder);
    await work(installedMachine(join(root, "machine")), folder);
  });

function assertConfigs(machine: StandIn): void {
  for (const [path, text] of Object.entries(configs)) assert.is(machine.text(path), text, path);
}

/** Every config byte for byte as it was, no journal and no sandbox. */
export function assertUntouched(machine: StandIn, server: ReplayServer): void {
  assertConfigs(machine);
  assert.not.ok(existsSync(journalOf(machine)), "no journal is left");
  assert.equal(server.sandboxes(), []);
}

/** What is measured in a complete small campaign: two rounds and two snapshots, none of them twice. */
export function assertComplete(folder: string): void {
  const { events, read } = readCampaign(folder);
  const measured = events.flatMap(event => (event.event === "round" || event.event === "memory" ? [event.event] : []));
  assert.equal(measured, ["round", "memory", "memory", "round"]);
  assert.is(JSON.parse(read("run.json")).status, "complete");
}

const journalOf = ({ root }: StandIn) => join(root, "var/lib/rund-lab/changes/journal.json");

/** The moments of a whole campaign: its steps, its sandboxes, and its steps taken back. */
export async function momentsOf(id: string, server: ReplayServer): Promise<readonly string[]> {
  const moments: string[] = [];
  await inMachine(async (machine, folder) => {
    const { error } = await machineCampaign(folder, id, machine, socketOf(server), { at: what => moments.push(what) });
    assert.is(error, undefined);
  });
  return moments;
}

/** Whether a moment is a step, and no sandbox. */
export const isStep = (what: string): boolean => !/ (probe|prewarm|test|background)$/.test(what);

/** Runs a campaign in which a step fails: the machine is as it was, and the campaign can go on. */
export const failAt = (id: string, server: ReplayServer, moment: number): Promise<void> =>
  inMachine(async (machine, folder) => {
    let passed = 0;
    const at = () => {
      if (passed++ === moment) throw new Error("here");
    };
    const { error } = await machineCampaign(folder, id, machine, socketOf(server), { at });
    assert.match((error as Error).message, "here");
    if (existsSync(journalOf(machine))) {
      // the step was one of putting back: the rest of that is left to `env restore`, once this process has ended
      const journal = JSON.parse(readFileSync(journalOf(machine), "utf8"));
      const owner = { ...journal.owner, startTicks: 1 };
      writeFileSync(journalOf(machine), JSON.stringify({ ...journal, owner }));
      assert.is(await restoreMachine(machine), true);
    }
    assertUntouched(machine, server);
    assert.is((await machineCampaign(folder, id, machine, socketOf(server), { resume: true })).error, undefined);
    assertComplete(folder);
    assertUntouched(machine, server);
  });

/** Runs a campaign that is interrupted: it puts everything back itself. */
export const interruptAt = (id: string, server: ReplayServer, moment: number): Promise<void> =>
  inMachine(async (machine, folder) => {
    const controller = new AbortController();
    let passed = 0;
    const at = () => void (passed++ === moment && controller.abort());
    const options = { at, signal: controller.signal };
    const { error } = await machineCampaign(folder, id, machine, socketOf(server), options);
    // once the last result is there, nothing is left to interrupt
    if (error !== undefined) assert.is((error as LabError).code, "RUND_INTERRUPTED");
    assertUntouched(machine, server);
  });

/** Runs a campaign in a process that is killed: `env restore` puts everything back, and --resume completes it. */
export const killAt = (id: string, server: ReplayServer, moment: number): Promise<void> =>
  inMachine(async (machine, folder) => {
    const script = join(projectRoot, "tests/measure/campaigns/killed-campaign.ts");
    const words = ["--import", "tsx", script, machine.root, folder, id, socketOf(server), String(moment)];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "inherit", "inherit"] });
    const [, signal] = await once(child, "exit");
    assert.is(signal, "SIGKILL");
    const { error } = await machineCampaign(folder, id, machine, socketOf(server), { resume: true });
    assert.is((error as LabError).code, "RUND_CHANGES_LEFT");
    assert.is(await restoreMachine(machine), true);
    assertConfigs(machine);
    assert.is((await machineCampaign(folder, id, machine, socketOf(server), { resume: true })).error, undefined);
    assertComplete(folder);
    assertUntouched(machine, server);
  });
