import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, parseManifest } from "../../campaign-files/index.js";
import { LabError } from "../../model/errors.js";
import { diesByItself } from "../sandboxes/refuse-dying.js";

/** A campaign that refused a runtime because its idle sandbox died. */
export interface RecordedDeath {
  readonly runtime: string;
  /** The campaign's folder. */
  readonly campaign: string;
}

/**
 * Returns the runtimes whose idle sandboxes died on a service, according to the campaigns in a folder. For each runtime, the
 * newest campaign that is complete or was refused for this reason decides.
 *
 * @param out the folder of campaigns; it may be missing
 */
export function recordedDeaths(out: string, endpoint: string, runtimes: readonly string[]): readonly RecordedDeath[] {
  const campaigns = campaignsIn(out).filter(({ manifest }) => manifest.endpoint === endpoint);
  return runtimes.flatMap(runtime => {
    const last = campaigns.findLast(
      ({ manifest: { status, why, runs } }) =>
        runs.some(run => run.runtime === runtime) &&
        (status === "complete" || why?.includes(diesByItself(runtime)) === true),
    );
    return last === undefined || last.manifest.status === "complete" ? [] : [{ runtime, campaign: last.path }];
  });
}

/** Returns the campaigns in a folder, the oldest first. A folder without a valid manifest is left out. */
function campaignsIn(out: string): readonly { readonly path: string; readonly manifest: Manifest }[] {
  if (!existsSync(out)) return [];
  return readdirSync(out)
    .map(name => join(out, name))
    .filter(path => existsSync(join(path, "run.json")))
    .flatMap(path => {
      try {
        return [{ path, manifest: parseManifest(readFileSync(join(path, "run.json"), "utf8")) }];
      } catch (error) {
        if (error instanceof LabError) return [];
        throw error;
      }
    })
    .sort((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? -1 : 1));
}
