import { realpathSync } from "node:fs";
import { basename } from "node:path";
import type { Manifest } from "../../campaign-files/manifest.js";
import { LabError } from "../../model/errors.js";
import { readFingerprint } from "../host/fingerprint.js";
import type { Plan } from "../plan/plan.js";
import { settingsDigest } from "../plan/settings.js";
import { settingsDifference } from "../plan/settings-difference.js";
import { CampaignFolder, makeCampaignFolder } from "../record/campaign-folder.js";
import { withLock } from "../system/lock.js";
import { runCampaign } from "./campaign.js";
import { newManifest } from "./new-manifest.js";
import type { MeasureOptions } from "./options.js";
import { toolsFor } from "./tools-of-this-machine.js";

/**
 * Measures a new campaign.
 *
 * @param out the folder in which the campaign's folder is created, such as `raw`
 * @param made called with the campaign's folder before anything is measured
 * @returns the campaign's folder
 * @throws the errors of `runCampaign`; LabError `RUND_LOCKED`
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
      await runCampaign(folder, plan, toolsFor(options, folder.manifest.label, path), options.signal);
    } finally {
      folder.close();
    }
    return path;
  });
}

/**
 * Continues a campaign at its first missing round. A complete campaign is not changed.
 *
 * @throws LabError `RUND_RESUME_PLAN` if the plan differs, `RUND_RESUME_HOST` on another machine, `RUND_RESUME` if it cannot be
 * read, `RUND_LOCKED` if it is running
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
      await runCampaign(folder, options.plan, toolsFor(options, manifest.label, path), options.signal);
    } finally {
      folder.close();
    }
    return path;
  });
}

/** Calls a function while it holds the lock of a campaign's folder, so that only one process works on it at a time. */
const locked = <Result>(path: string, work: () => Promise<Result>): Promise<Result> =>
  withLock(realpathSync(path), work);

function refuseOtherPlan(manifest: Manifest, plan: Plan, path: string): void {
  if (manifest.plan.digest === settingsDigest(plan.settings)) return;
  throw new LabError("RUND_RESUME_PLAN", "input", "the plan differs from the one this campaign was started with", {
    where: path,
    ...settingsDifference(manifest.plan.settings, plan.settings),
    hint: "omit the options, because the campaign's folder contains its plan; or measure the new plan without --resume",
  });
}

function refuseOtherService(manifest: Manifest, { service }: MeasureOptions, path: string): void {
  const refuse = (what: string, expected: string, found: string) => {
    throw new LabError("RUND_RESUME_HOST", "input", `${what} differs from the one this campaign was started with`, {
      where: path,
      expected,
      found,
      hint: "a campaign must be measured entirely on one machine in the same way: measure again in a new folder",
    });
  };
  const { replay } = manifest;
  const inCluster = "cluster" in service;
  const now = inCluster ? null : service.replay;
  if (replay?.dataset !== now?.dataset || replay?.speed !== now?.speed) {
    refuse("the service", describeReplay(replay), describeReplay(now));
  }
  const driver = inCluster ? "kubernetes" : service.cri.driver;
  if (manifest.driver !== driver) refuse("the driver", manifest.driver, driver);
  const { id } = inCluster ? service.cluster : readFingerprint();
  const what = inCluster ? "the cluster" : "the machine";
  if (replay === null && manifest.host.id !== id) refuse(what, manifest.host.id, id);
}

const describeReplay = (replay: Manifest["replay"]): string =>
  replay === null ? "a real runtime" : `a replay of ${replay.dataset} at speed ${replay.speed}`;
