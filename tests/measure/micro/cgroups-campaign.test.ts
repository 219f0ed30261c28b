import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { childCommand, until } from "../../support/child-command.js";
import { lab } from "../../support/command-line.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { groupsOf, needsVariant } from "./groups.js";
import { killAndResume } from "./killed.js";

const test = suiteNeeding("a campaign of control groups", needs.root, needsVariant("v2"));

const words = ["run", "cgroups", "--runtime", "v2", "--containers", "10", "--window", "0"];

test("it needs no containerd, and each line of a log is a round with one number per container", () =>
  inTempFolder(async out => {
    const { code, stdout, stderr } = await lab([
      ...[...words, "--concurrency", "1,2", "--density", "0,3", "--rounds", "2", "--blocks", "1", "--out", out],
    ]);
    assert.is(code, 0, stderr);
    const [name] = readdirSync(out);
    const campaign = join(out, name!);
    const manifest = JSON.parse(readFileSync(join(campaign, "run.json"), "utf8"));
    assert.is(manifest.status, "complete");
    assert.is(manifest.driver, "none");
    const [run] = manifest.runs;
    const lines = readFileSync(join(campaign, run.run, "existing_00003/threads_002/make.txt"), "utf8").split("\n");
    assert.equal(
      lines.map(line => line.split(" ").length),
      [10, 10, 1],
    );
    assert.is(lines[2], "");
    const rows = readFileSync(join(campaign, "operations.csv"), "utf8").trim().split("\n");
    assert.is(
      rows[0],
      "run,runtime,density,concurrency,block,round,warmup,item,make_ms,attach_ms,mount_ms,unmount_ms,remove_ms",
    );
    assert.is(rows.length, 1 + 4 * 2 * 10);
    assert.match(
      stdout,
      /cgroups v2 density 3 concurrency 2: mkdir \d+\.\d \((\d+\.\d\d[/)]){4}, attach \d+\.\d \(.*\), rmdir \d+\.\d \(.*\) ms for 10 \(each: p50\/p95\/p99\/max\), n = 2/,
    );
    assert.equal(groupsOf(name!), []);
  }));

test("after two kills it continues, and leaves no group behind", () =>
  inTempFolder(async out => {
    const campaign = await killAndResume(
      out,
      [...words, "--concurrency", "2", "--density", "5", "--rounds", "3", "--blocks", "1"],
      3,
      2,
    );
    assert.equal(groupsOf(campaign.split("/").at(-1)!), []);
  }));

test("`env restore` removes the groups of a campaign that was killed and not resumed", () =>
  inTempFolder(async out => {
    const child = childCommand(out, [
      ...[...words, "--concurrency", "2", "--density", "5", "--rounds", "500", "--out", out],
    ]);
    await child.said(/\d+\/\d+ cgroups/);
    const name = readdirSync(out)[0]!;
    // progress is reported before the campaign's group is made
    await until(() => groupsOf(name).length > 0, "no group is made");
    child.kill("SIGKILL");
    await child.ended;
    assert.is.not(groupsOf(name).length, 0);
    const { code, stderr } = await lab(["env", "restore"]);
    assert.is(code, 0, stderr);
    assert.equal(groupsOf(name), []);
  }));

test("an unknown variant is an error that lists the known ones", async () => {
  const { code, stderr } = await lab(["run", "cgroups", "--runtime", "v3", "--plan"]);
  assert.is(code, 2);
  assert.match(stderr, 'no variant is called "v3"');
  assert.match(stderr, "known: v1, v1pool, joint, jointpool, v2");
});

test("an experiment on runtimes accepts no variant", async () => {
  const { code, stderr } = await lab(["run", "time", "--runtime", "v2", "--plan"]);
  assert.is(code, 2);
  assert.match(stderr, 'no runtime is called "v2"');
});

test.run();

const other = suiteNeeding("control groups of another user", needs.root, needs.otherUser, needsVariant("v2"));

other("a user other than root gets an error before anything is made", () =>
  inTempFolder(async out => {
    chmodSync(out, 0o777);
    process.seteuid?.(65534);
    try {
      const { code, stderr } = await lab([...words, "--concurrency", "1", "--density", "0", "--out", out]);
      assert.is(code, 3, stderr);
      assert.match(stderr, "only root may change control groups, mounts and scores");
      assert.match(stderr, "hint: run it with sudo");
    } finally {
      process.seteuid?.(0);
    }
  }),
);

other.run();
