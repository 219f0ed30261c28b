/** Ctrl-C as a terminal sends it (SIGINT) during an experiment on control groups. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { startSleepers } from "../../../src/measure/micro/sleepers.js";
import { lab } from "../../support/command-line.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { groupsOf, needsVariant } from "./groups.js";
import { inItsGroups, manyRounds } from "./in-its-groups.js";

const groups = suiteNeeding("Ctrl-C during an experiment on control groups", needs.root, needsVariant("v1"));

groups("the first removes every group, and names the command that continues", () =>
  inTempFolder(async out => {
    const { child, name } = await inItsGroups(out, [...manyRounds, "--out", out]);
    child.kill("SIGINT");
    assert.is(await child.ended, 130, child.output());
    assert.match(child.output(), /interrupted; everything was cleaned up\nhint: `rund-lab run --resume \S+` continues/);
    assert.equal(groupsOf(name), []);
  }),
);

groups("a second during the clean-up lists the remains and two commands, each of which removes them", () =>
  inTempFolder(async out => {
    const hinted = [
      async (campaign: string) => {
        const resumed = await inItsGroups(out, ["run", "--resume", campaign]);
        resumed.child.kill("SIGINT");
        assert.is(await resumed.child.ended, 130, resumed.child.output());
      },
      async () => {
        const { code, stderr } = await lab(["env", "restore"]);
        assert.is(code, 0, stderr);
      },
    ];
    let words: readonly string[] = [...manyRounds, "--out", out];
    for (const clear of hinted) {
      const { child, name } = await inItsGroups(out, words);
      // the clean-up waits for a process that stays in a group
      const stranger = await startSleepers(1);
      const group = groupsOf(name)[0]!;
      try {
        writeFileSync(join(group, "home/cgroup.procs"), String(stranger.pids[0]));
        child.kill("SIGINT");
        await child.said(/interrupted: cleaning up.*press Ctrl-C again/);
        child.kill("SIGINT");
        assert.is(await child.ended, 130, child.output());
      } finally {
        await stranger.end();
      }
      const campaign = join(out, name);
      const left = "stopped at once. Control groups, mounts, snapshots, copies and sandboxes may be left behind: ";
      const commands = `\`rund-lab run --resume ${campaign}\` removes them and continues; \`rund-lab env restore\` removes them`;
      assert.ok(child.output().includes(`${left}${commands}`), child.output());
      assert.ok(groupsOf(name).includes(group), "the message is true");
      await clear(campaign);
      assert.equal(groupsOf(name), []);
      words = ["run", "--resume", campaign];
    }
  }),
);

groups.run();
