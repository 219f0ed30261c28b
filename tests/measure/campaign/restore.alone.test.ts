import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { campaignGroups } from "../../../src/measure/containerd/census/control-groups.js";
import { type PrivateContainerd, startContainerd } from "../../../src/measure/index.js";
import { ownersFolder } from "../../../src/measure/micro/owner.js";
import { childCommand, until } from "../../support/child-command.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { assertNothingLeft } from "./real.js";

/** Alone, because `env restore` of another test would clear the campaigns that are killed here. */
const test = suiteNeeding("env restore after a kill", needs.root, needs.containerd, needs.runc);

interface KilledCampaign {
  readonly folder: string;
  readonly containerd: PrivateContainerd;
  /** The campaign's folder. */
  readonly path: string;
  readonly label: string;
}

/** Kills a campaign with SIGKILL while its four background sandboxes run. */
const withKilledCampaign = (work: (killed: KilledCampaign) => Promise<void>): Promise<void> =>
  inTempFolder(async folder => {
    const containerd = await startContainerd(join(folder, "containerd"));
    try {
      const raw = join(folder, "raw");
      mkdirSync(raw);
      const grid = ["--runtime", "runc", "--density", "4", "--concurrency", "1", "--rounds", "2"];
      const child = childCommand(folder, ["run", "density", ...grid, "--endpoint", containerd.endpoint, "--out", raw]);
      const isUp = () => {
        const [name] = readdirSync(raw);
        const journal = name === undefined ? "" : join(raw, name, "events.ndjson");
        return existsSync(journal) && readFileSync(journal, "utf8").includes('"event":"background"');
      };
      await until(isUp, () => `no background: ${child.output()}`);
      child.kill("SIGKILL");
      await child.ended;
      const path = join(raw, readdirSync(raw)[0]!);
      const { label } = JSON.parse(readFileSync(join(path, "run.json"), "utf8")) as { label: string };
      await work({ folder, containerd, path, label });
    } finally {
      await containerd.stop();
    }
  });

/** Runs a command to its end. @returns its output; the test fails if its exit code is another one than 0 */
async function lab(cwd: string, ...words: readonly string[]): Promise<string> {
  const child = childCommand(cwd, words);
  assert.is(await child.ended, 0, child.output());
  return child.output();
}

const noteOf = (label: string): string => join(ownersFolder, `${label}.json`);

function assertForgotten(label: string): void {
  assert.equal(campaignGroups(`rund-lab-${label}`), []);
  assert.not(existsSync(noteOf(label)));
}

test("the sandboxes of a killed campaign are removed, and it can still be resumed", () =>
  withKilledCampaign(async ({ folder, containerd, path, label }) => {
    assert.ok(existsSync(noteOf(label)));
    const said = await lab(folder, "env", "restore");
    assert.match(said, new RegExp(`removed [1-9]\\d* sandboxes, .* of ${label}`), said);
    assert.match(said, "everything is restored");
    await assertNothingLeft(containerd);
    assertForgotten(label);
    assert.match(await lab(folder, "env", "restore"), "nothing to restore");
    await lab(folder, "run", "--resume", path);
    await assertNothingLeft(containerd);
  }));

test("after env down, which also removes the sandboxes, restore only deletes the campaign's note", () =>
  withKilledCampaign(async ({ folder, containerd, label }) => {
    await lab(folder, "env", "down", "--folder", containerd.folder);
    assert.not(existsSync(containerd.folder));
    const said = await lab(folder, "env", "restore");
    assert.match(said, new RegExp(`removed 0 sandboxes, .* of ${label}`));
    assertForgotten(label);
  }));

test("a service that does not answer is named, and the campaign's note stays until it answers or is removed", () =>
  withKilledCampaign(async ({ folder, containerd, label }) => {
    process.kill(containerd.pid, "SIGKILL");
    await until(() => !existsSync(`/proc/${containerd.pid}/exe`), "containerd still runs");
    const child = childCommand(folder, ["env", "restore"]);
    assert.is(await child.ended, 3, child.output());
    assert.match(child.output(), `the sandboxes of ${label} cannot be removed`);
    assert.match(child.output(), "start the service and run `rund-lab env restore` again");
    assert.ok(existsSync(noteOf(label)));
    await lab(folder, "env", "down", "--folder", containerd.folder);
    await lab(folder, "env", "restore");
    assertForgotten(label);
  }));

test.run();
