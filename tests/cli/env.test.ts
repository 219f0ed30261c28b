import { existsSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const env = { PATH: process.env.PATH ?? "" };
const onMachine = suiteNeeding("rund-lab env", needs.root, needs.containerd, needs.runc);

onMachine("up, a second up, status and down report their state as JSON", () =>
  inTempFolder(async folder => {
    const where = ["--folder", join(folder, "c"), "--json"];
    const up = await lab(["env", "up", ...where], { env });
    assert.is(up.code, 0, up.stderr);
    const state = JSON.parse(up.stdout);
    assert.is(state.endpoint, `unix://${join(folder, "c", "containerd.sock")}`);
    assert.ok(state.handlers.includes("runc"));
    const again = await lab(["env", "up", ...where], { env });
    assert.equal(JSON.parse(again.stdout), state);
    assert.match(again.stderr, "the private containerd is already up");
    const status = JSON.parse((await lab(["env", "status", ...where], { env })).stdout);
    assert.equal([status.up, status.pid], [true, state.pid]);
    assert.equal(JSON.parse((await lab(["env", "down", ...where], { env })).stdout), {
      ended: true,
      folder: join(folder, "c"),
    });
    assert.not.ok(existsSync(join(folder, "c")));
    const down = await lab(["env", "down", ...where], { env });
    assert.equal([down.code, JSON.parse(down.stdout).ended], [0, false]);
    assert.is(JSON.parse((await lab(["env", "status", ...where], { env })).stdout).up, false);
  }),
);

onMachine("up refuses a folder with other files, and changes nothing in it", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { a: "" });
    const { code, stderr } = await lab(["env", "up", "--folder", folder], { env });
    assert.is(code, 2);
    assert.match(stderr, "hint: choose another --folder");
    assert.ok(existsSync(join(folder, "a")));
  }),
);

onMachine.run();

const test = suite("rund-lab env, without touching the machine");

test("without --yes, the pool's commands are only printed", async () => {
  const { code, stdout, stderr } = await lab(["env", "pool", "up"], { env });
  assert.is(code, 0);
  assert.match(stdout, "dmsetup create containerd-pool");
  assert.match(stderr, "nothing was changed");
  assert.not.ok(existsSync("/var/lib/rund-lab/pool"));
});

test("restore reports that nothing was changed", async () => {
  const { code, stdout } = await lab(["env", "restore", "--json"], { env });
  assert.equal([code, JSON.parse(stdout).restored], [0, false]);
});

test("an unknown subcommand, a missing one and an invalid option value are usage errors", async () => {
  assert.is((await lab(["env", "sideways"], { env })).code, 2);
  assert.is((await lab(["env"], { env })).code, 2);
  assert.is((await lab(["env", "up", "--log-level", "loud"], { env })).code, 2);
});

test.run();
