import type { CampaignEvent } from "../../campaign-files/events.js";
import type { ManifestRun } from "../../campaign-files/manifest.js";
import { LabError } from "../../model/errors.js";
import type { CampaignFolder } from "../record/campaign-folder.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { Preparation } from "./preparation.js";

/**
 * Records the software and settings of runs, after the machine was prepared for them.
 *
 * @param workload how their sandboxes are started
 * @throws LabError `RUND_RESUME_VERSIONS` if rounds of a run were measured with other software or settings
 */
export async function describeRuns(
  folder: CampaignFolder,
  preparation: Preparation,
  runs: readonly ManifestRun[],
  runtimes: readonly RuntimeDeclaration[],
  workload: ManifestRun["config"],
): Promise<void> {
  for (const runtime of runtimes) {
    const { files, config, ...rest } = await preparation.describe(runtime);
    const described = { ...rest, config: { ...config, ...workload } };
    for (const run of runs.filter(each => each.runtime === runtime.id)) {
      refuseOtherVersions(run, described, folder.events);
      for (const [name, text] of Object.entries(files)) folder.write(`${run.run}/${name}`, text);
      const known = folder.manifest.runs.map(each => (each.run === run.run ? { ...each, ...described } : each));
      folder.update({ runs: known });
    }
  }
}

/**
 * Makes sure that a run continues with the software and settings of its measured rounds.
 *
 * @throws LabError `RUND_RESUME_VERSIONS`
 */
function refuseOtherVersions(
  { run, versions, config }: ManifestRun,
  after: Pick<ManifestRun, "versions" | "config">,
  events: readonly CampaignEvent[],
): void {
  if (!events.some(event => (event.event === "round" || event.event === "memory") && event.run === run)) return;
  const before: Readonly<Record<string, unknown>> = { ...versions, ...config };
  const now: Readonly<Record<string, unknown>> = { ...after.versions, ...after.config };
  // a fact that an earlier version did not record cannot have changed
  const changed = Object.keys(before).find(name => before[name] !== now[name]);
  if (changed === undefined) return;
  throw new LabError("RUND_RESUME_VERSIONS", "input", `${changed} changed since this run started`, {
    where: run,
    expected: String(before[changed]),
    found: String(now[changed]),
    hint: "a run must be measured entirely on one machine with the same software: measure again in a new folder",
  });
}
