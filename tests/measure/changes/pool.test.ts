import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makePool, poolScript, poolStatus, removePool } from "../../../src/measure/changes/index.js";
import type { LabError } from "../../../src/model/errors.js";
import { inTempFolder } from "../../support/temp.js";
import { type StandIn, standIn } from "./stand-ins.js";

const test = suite("the thin pool");

const folderOf = ({ root }: StandIn) => join(root, "var/lib/rund-lab/pool");
/** 100 GiB in sectors of 512 bytes. */
const table = "0 209715200 thin-pool /dev/loop-metadata /dev/loop-data 128 32768";

test("the pool is two sparse files on loop devices, with the sizes of the paper's scripts; its removal leaves nothing behind", () =>
  inTempFolder(async root => {
    const machine = standIn(root);
    assert.is(await makePool(machine), true);
    const made = [
      "dmsetup info containerd-pool",
      `losetup --find --show ${folderOf(machine)}/data`,
      `losetup --find --show ${folderOf(machine)}/metadata`,
      `dmsetup create containerd-pool --table ${table}`,
    ];
    assert.equal(machine.calls(), made);
    assert.is(poolStatus(machine), "up");
    assert.is(await makePool(machine), false, "a second time nothing is done");
    assert.equal(machine.calls(), made);

    assert.is(await removePool(machine), true);
    assert.equal(machine.calls().slice(made.length), [
      "dmsetup info containerd-pool",
      "dmsetup remove containerd-pool",
      `losetup --noheadings --output NAME --associated ${folderOf(machine)}/data`,
      "losetup --detach /dev/loop-data",
      `losetup --noheadings --output NAME --associated ${folderOf(machine)}/metadata`,
      "losetup --detach /dev/loop-metadata",
    ]);
    assert.not.ok(existsSync(folderOf(machine)));
    assert.is(await removePool(machine), false);
  }));

test("a pool of that name that rund-lab did not make is left alone", () =>
  inTempFolder(async root => {
    const machine = standIn(root);
    writeFileSync(join(root, "pool-containerd-pool"), "");
    const error = await makePool(machine).then(
      () => assert.unreachable(),
      (error: LabError) => error,
    );
    assert.is((error as LabError).code, "RUND_STEP_THERE");
    assert.equal(machine.calls(), ["dmsetup info containerd-pool"]);
    assert.ok(existsSync(join(root, "pool-containerd-pool")));
    assert.not.ok(existsSync(folderOf(machine)));
  }));

test("a failure of any command undoes everything, and the next attempt succeeds", () =>
  inTempFolder(async folder => {
    const begins = ["losetup --find --show $/data", "losetup --find --show $/metadata", "dmsetup create"];
    for (const [index, begin] of begins.entries()) {
      const machine = standIn(join(folder, `${index}`));
      machine.fail(begin.replace("$", folderOf(machine)));
      const error = await makePool(machine).then(
        () => assert.unreachable(),
        (error: LabError) => error,
      );
      assert.is((error as LabError).code, "RUND_STEP_FAILED");
      for (const name of ["loop-data", "loop-metadata", "var/lib/rund-lab/pool", "pool-containerd-pool"]) {
        assert.not.ok(existsSync(join(machine.root, name)), name);
      }
      rmSync(join(machine.root, "failing"));
      assert.is(await makePool(machine), true);
    }
  }));

test("a pool that a crash left half made is removed before it is made again", () =>
  inTempFolder(async root => {
    const machine = standIn(root);
    machine.fail("losetup --noheadings");
    await makePool({
      ...machine,
      log: line => {
        if (line.startsWith("dmsetup create")) throw new Error("crash");
      },
    }).catch(() => {});
    assert.is(poolStatus(machine), "half made");
    rmSync(join(root, "failing"));
    assert.is(await makePool(machine), true);
    assert.is(poolStatus(machine), "up");
    await removePool(machine);
    assert.not.ok(existsSync(folderOf(machine)));
  }));

test("a pool that is in use keeps its loop devices and files", () =>
  inTempFolder(async root => {
    const machine = standIn(root);
    await makePool(machine);
    machine.fail("dmsetup remove");
    const error = await removePool(machine).then(
      () => assert.unreachable(),
      (error: LabError) => error,
    );
    assert.is((error as LabError).code, "RUND_STEP_FAILED");
    for (const name of ["pool-containerd-pool", "loop-data", "loop-metadata"]) {
      assert.ok(existsSync(join(root, name)), name);
    }
    assert.ok(existsSync(join(folderOf(machine), "data")));
    assert.is(poolStatus(machine), "up");
    rmSync(join(root, "failing"));
    assert.is(await removePool(machine), true);
    assert.not.ok(existsSync(folderOf(machine)));
  }));

test("after a reboot only the files are left, and the pool is made again", () =>
  inTempFolder(async root => {
    const machine = standIn(root);
    await makePool(machine);
    for (const name of ["pool-containerd-pool", "loop-data", "loop-metadata"]) rmSync(join(root, name));
    const file = join(folderOf(machine), "journal.json");
    const journal = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...journal, owner: { ...journal.owner, bootId: "the last one" } }));
    assert.is(poolStatus(machine), "half made");
    const script = poolScript("up", machine);
    assert.ok(script.includes("rm -r -f") && script.indexOf("rm -r -f") < script.indexOf("truncate"), script);
    assert.is(await makePool(machine), true);
    assert.is(poolStatus(machine), "up");
    assert.ok(existsSync(join(root, "pool-containerd-pool")));
  }));

test("the script shows the commands and containerd's config section, and changes nothing", () =>
  inTempFolder(root => {
    const machine = standIn(root);
    const script = poolScript("up", machine);
    assert.match(
      script,
      /dmsetup create containerd-pool --table "0 209715200 thin-pool \$\{META\} \$\{DATA\} 128 32768"/,
    );
    assert.match(script, 'pool_name = "containerd-pool"');
    assert.equal(machine.calls(), []);
  }));

test.run();
