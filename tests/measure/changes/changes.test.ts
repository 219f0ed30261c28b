import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ContainerdInUse,
  type Machine,
  prepareMachine,
  prepareSteps,
  restoreMachine,
} from "../../../src/measure/changes/index.js";
import { beginJournal } from "../../../src/measure/changes/undo-journal.js";
import { type ReplayServer, startReplayServer } from "../../../src/measure/cri/index.js";
import { findRuntime, runtimes } from "../../../src/measure/runtimes/index.js";
import type { LabError } from "../../../src/model/errors.js";
import { needs, projectRoot, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { recording } from "../cri/replay-source.js";
import { configs, installedMachine, type StandIn, standIn } from "./stand-ins.js";

const test = suite("config changes and their undoing");
let server: ReplayServer;
test.before(async () => {
  server = await startReplayServer(recording([]));
});
test.after(() => server.close());

const socket = () => server.endpoint.replace("unix://", "");
const containerd = (at = socket()): ContainerdInUse => ({
  service: { unit: "containerd", socket: at },
  configPath: "/etc/containerd/config.toml",
  configText: configs["etc/containerd/config.toml"]!,
});
const stepsOf = (id: string) => prepareSteps(findRuntime(id, runtimes), containerd());

function assertUntouched(machine: StandIn): void {
  for (const [path, text] of Object.entries(configs)) assert.is(machine.text(path), text, path);
  assert.not.ok(existsSync(join(machine.root, "var/lib/rund-lab/changes")), "no journal is left");
}

async function refused(work: () => Promise<unknown>): Promise<LabError> {
  try {
    await work();
  } catch (error) {
    return error as LabError;
  }
  throw new Error("it was not refused");
}

/** The journal's owner is gone: what a crash leaves. */
function ownerDied({ root }: Machine): void {
  const file = join(root, "var/lib/rund-lab/changes/journal.json");
  const journal = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...journal, owner: { ...journal.owner, startTicks: 1 } }));
}

for (const id of ["kata", "katafc", "katatemplate", "rund"]) {
  test(`${id}: a failure at any step leaves every file as it was`, () =>
    inTempFolder(async folder => {
      for (let at = 0; at < stepsOf(id).length; at++) {
        const machine = installedMachine(join(folder, `${at}`));
        let done = 0;
        const log = () => {
          if (done++ === at) throw new Error("here");
        };
        const error = await refused(() => prepareMachine(stepsOf(id), { ...machine, log }));
        assert.is(error.message, "here");
        assertUntouched(machine);
      }
    }));
}

for (const [id, at] of [
  ["katafc", 2],
  ["katatemplate", 3],
  ["rund", 2],
] as const) {
  test(`${id}: killed at step ${at + 1}, env restore restores the machine`, () =>
    inTempFolder(async root => {
      const machine = installedMachine(root);
      const child = spawn(
        process.execPath,
        ["--import", "tsx", join(projectRoot, "tests/measure/changes/killed.ts"), root, id, `${at}`, socket()],
        { stdio: ["ignore", "inherit", "inherit"] },
      );
      const [, signal] = await once(child, "exit");
      assert.is(signal, "SIGKILL");
      assert.ok(existsSync(join(root, "var/lib/rund-lab/changes/journal.json")));

      const error = await refused(() => prepareMachine(stepsOf(id), machine));
      assert.is(error.code, "RUND_CHANGES_LEFT");
      assert.match(error.hint ?? "", "rund-lab env restore");

      assert.is(await restoreMachine(machine), true);
      assertUntouched(machine);
      assert.is(await restoreMachine(machine), false, "a second time there is nothing to do");
      const last = machine.calls().at(-1) ?? "";
      if (id === "katafc") assert.is(last, "systemctl restart containerd");
      if (id === "katatemplate") assert.match(last, "factory destroy");
    }));
}

test("a file's mode, owner and time are restored with its content", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const file = join(root, "etc/kata-containers/configuration-qemu.toml");
    chmodSync(file, 0o640);
    utimesSync(file, 1_600_000_000, 1_600_000_000);
    const prepared = await prepareMachine(stepsOf("kata"), machine);
    assert.is(statSync(file).mode & 0o777, 0o640, "while it is changed");
    await prepared.restore();
    assert.is(statSync(file).mode & 0o777, 0o640);
    assert.is(statSync(file).mtimeMs, 1_600_000_000_000);
  }));

test("a file that another program has changed meanwhile is reported and left; all others are restored", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const prepared = await prepareMachine(stepsOf("katafc"), machine);
    const file = join(root, "etc/kata-containers/configuration-fc.toml");
    appendFileSync(file, "# an administrator\n");
    const error = await refused(() => prepared.restore());
    assert.is(error.code, "RUND_CONFIG_FOREIGN");
    assert.is(error.where, file);
    assert.match(readFileSync(file, "utf8"), "# an administrator");
    assert.is(machine.text("etc/containerd/config.toml"), configs["etc/containerd/config.toml"]);

    const backup = /^(\S+) is a copy from before/.exec(error.hint ?? "")?.[1] ?? "";
    assert.is(readFileSync(backup, "utf8"), configs["etc/kata-containers/configuration-fc.toml"]);
    rmSync(backup);
    ownerDied(machine);
    assert.is(await restoreMachine(machine), true, "removing the copy settles it");
    assert.match(readFileSync(file, "utf8"), "# an administrator");
  }));

test("a file that another program has changed is not changed again", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const prepared = await prepareMachine(stepsOf("kata"), machine);
    const file = join(root, "etc/kata-containers/configuration-qemu.toml");
    appendFileSync(file, "# an administrator\n");
    const more = [
      { kind: "patch", file: "/etc/kata-containers/configuration-qemu.toml", changes: { factory: { a: 1 } } },
    ] as const;
    assert.is((await refused(() => prepared.perform(more))).code, "RUND_CONFIG_FOREIGN");
    writeFileSync(file, configs["etc/kata-containers/configuration-qemu.toml"]!);
    await prepared.restore();
    assertUntouched(machine);
  }));

test("the changes of a running campaign are not undone, and a second campaign does not begin", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const prepared = await prepareMachine(stepsOf("kata"), machine);
    assert.is((await refused(() => restoreMachine(machine))).code, "RUND_CHANGES_BUSY");
    assert.is((await refused(() => prepareMachine(stepsOf("rund"), machine))).code, "RUND_CHANGES_BUSY");
    await prepared.restore();
    assertUntouched(machine);
  }));

test("a journal exists before its first step, so no second campaign begins in between", () =>
  inTempFolder(folder => {
    beginJournal(folder).close();
    const journal = beginJournal(folder);
    assert.throws(
      () => beginJournal(folder),
      (error: LabError) => error.code === "RUND_CHANGES_BUSY",
    );
    journal.close();
  }));

test("Ctrl-C in a terminal does not end the programs of a step", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const file = join(root, "group");
    // the fifth field of stat is the process group
    const script = `echo "$$ $(cut -d ' ' -f 5 /proc/$$/stat)" >'${file}'`;
    const prepared = await prepareMachine([{ kind: "command", argv: ["sh", "-c", script] }], machine);
    const [pid, group] = readFileSync(file, "utf8").trim().split(" ");
    assert.is(group, pid, "it leads a group of its own");
    await prepared.restore();
  }));

test("a missing program, file or section is reported before anything is changed", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const untouched = () => assert.equal([machine.calls(), existsSync(join(root, "var"))], [[], false]);

    rmSync(join(root, "bin/kata-runtime"));
    const program = await refused(() => prepareMachine(stepsOf("katatemplate"), machine));
    assert.is(program.message, "kata-runtime is not installed");
    untouched();

    writeFileSync(join(root, "etc/kata-containers/configuration-fc.toml"), "[hypervisor.qemu]\n");
    const section = await refused(() => prepareMachine(stepsOf("katafc"), machine));
    assert.match(section.message, "expected a section [hypervisor.firecracker]");
    untouched();

    writeFileSync(join(root, "etc/kata-containers/configuration-fc.toml"), "[hypervisor\n");
    assert.is((await refused(() => prepareMachine(stepsOf("katafc"), machine))).code, "RUND_CONFIG_SYNTAX");

    rmSync(join(root, "etc/kata-containers2"), { recursive: true });
    assert.is((await refused(() => prepareMachine(stepsOf("rund"), machine))).code, "RUND_CONFIG_MISSING");
    untouched();
  }));

test("the error of a failed command contains its own message, and everything is undone", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    machine.fail("kata-runtime --kata-config /etc/kata-containers/configuration-template.toml factory init");
    const error = await refused(() => prepareMachine(stepsOf("katatemplate"), machine));
    assert.is(error.code, "RUND_STEP_FAILED");
    assert.match(error.hint ?? "", "it fails");
    assertUntouched(machine);
  }));

test("a containerd that does not answer after its restart is an error, and its config is restored", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    machine.fail("systemctl restart");
    const error = await refused(() => prepareMachine(stepsOf("katafc"), machine));
    assert.is(error.code, "RUND_CHANGES_LEFT");
    assert.match(error.message, "systemctl");
    for (const [path, text] of Object.entries(configs)) assert.is(machine.text(path), text, path);
    rmSync(join(root, "failing"));
    ownerDied(machine);
    assert.is(await restoreMachine(standIn(root)), true);
    assertUntouched(machine);
  }));

test.run();

const mounting = suiteNeeding("config changes on a read-only file system", needs.root);

mounting("a read-only config stops the campaign, and all earlier changes are undone", () =>
  inTempFolder(async root => {
    const folder = join(root, "etc/containerd");
    const machine = installedMachine(root);
    execFileSync("mount", ["--bind", folder, folder]);
    execFileSync("mount", ["-o", "remount,bind,ro", folder]);
    const local = await startReplayServer(recording([]));
    try {
      const steps = prepareSteps(findRuntime("katafc", runtimes), containerd(local.endpoint.replace("unix://", "")));
      const error = await refused(() => prepareMachine(steps, machine));
      assert.is(error.code, "RUND_CONFIG_WRITE");
      assert.match(error.hint ?? "", "read-only");
      assertUntouched(machine);
    } finally {
      await local.close();
      execFileSync("umount", [folder]);
    }
  }),
);

mounting("a journal that cannot be written stops the campaign before anything is changed", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const folder = join(root, "var");
    mkdirSync(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", folder]);
    try {
      const error = await refused(() =>
        prepareMachine(prepareSteps(findRuntime("kata", runtimes), containerd("")), machine),
      );
      assert.is(error.code, "RUND_CHANGES_FOLDER");
      for (const [path, text] of Object.entries(configs)) assert.is(machine.text(path), text, path);
    } finally {
      execFileSync("umount", [folder]);
    }
  }),
);

mounting.run();
