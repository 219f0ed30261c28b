import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import {
  guestMemorySteps,
  prepareMachine,
  prepareSteps,
  type Step,
  shellScript,
  undoSteps,
} from "../../../src/measure/changes/index.js";
import { unifiedDiff } from "../../../src/measure/changes/unified-diff.js";
import { findRuntime, runtimes } from "../../../src/measure/runtimes/index.js";
import { program, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { configs, installedMachine, type StandIn } from "./stand-ins.js";

const test = suiteNeeding("the plan as a shell script", program("patch"));

/** A script whose absolute paths lie in a stand-in's folder, run with its programs. */
function run(script: string, machine: StandIn): void {
  const here = script
    .replace(/(?<![\w/])\/(etc|run|var)\//g, `${machine.root}/$1/`)
    .replace(/sleep (\d+)/g, 'echo "wait $1" >>calls');
  execFileSync("sh", ["-c", here], {
    cwd: machine.root,
    env: { PATH: machine.path },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Its calls, with paths as the plan has them. */
const callsOf = (machine: StandIn) => machine.calls().map(call => call.replaceAll(machine.root, ""));

/** curl as far as the script uses it: it notes a sandbox as the stand-in does, by the handler, which ends the request. */
function addCurl({ root }: StandIn): void {
  const note = `echo "sandbox $(tr -c 'a-z0-9-' '\\n' | tail -n 1)" >>'${root}/calls'`;
  const file = join(root, "bin/curl");
  writeFileSync(file, `#!/bin/sh\ncase "$*" in *RunPodSandbox) ${note}; printf %064d 0 ;; esac\n`);
  chmodSync(file, 0o755);
}

for (const id of ["kata", "katatemplate", "rund", "katafc"]) {
  test(`${id}: the script changes the same as the steps do, and undoes it`, () =>
    inTempFolder(async folder => {
      const performed = installedMachine(join(folder, "a"));
      const scripted = installedMachine(join(folder, "b"));
      addCurl(scripted);
      const configText = configs["etc/containerd/config.toml"]!;
      // a restart waits for a CRI; the stand-in has none, so the step is left out on both sides
      const containerd = {
        service: { unit: "containerd", socket: "/run/x" },
        configPath: "/etc/containerd/config.toml",
        configText,
      };
      const runtime = findRuntime(id, runtimes);
      const withoutRestart = (steps: readonly Step[]): Step[] =>
        steps.flatMap(({ undo, ...step }) =>
          step.kind === "restart-containerd"
            ? []
            : [{ ...step, ...(undo ? { undo: withoutRestart(undo) } : {}) } as Step],
        );
      const steps = withoutRestart([...prepareSteps(runtime, containerd), ...guestMemorySteps(runtime, 256)]);
      const read = (file: string) => readFileSync(join(scripted.root, file), "utf8");

      const prepared = await prepareMachine(steps, performed);
      run(shellScript([{ title: "prepare", steps }], read, "/var/lib/rund-lab/changes"), scripted);
      for (const path of Object.keys(configs)) assert.is(scripted.text(path), performed.text(path), path);
      assert.equal(callsOf(scripted), performed.calls());

      await prepared.restore();
      const whole = installedMachine(join(folder, "c"));
      addCurl(whole);
      run(
        shellScript(
          [
            { title: "prepare", steps },
            { title: "back", steps: undoSteps(steps) },
          ],
          file => whole.text(file),
          "/var/lib/rund-lab/changes",
        ),
        whole,
      );
      for (const [path, text] of Object.entries(configs)) assert.is(whole.text(path), text, path);
      assert.equal(callsOf(whole), performed.calls());
    }));
}

test("a file that is not on this machine stops the script there, with the keys to set", () =>
  inTempFolder(folder => {
    const machine = installedMachine(folder);
    const step = { kind: "patch", file: "/etc/none.toml", changes: { factory: { enable_template: true } } } as const;
    const script = shellScript(
      [{ title: "x", steps: [step, { kind: "command", argv: ["dmsetup", "never"] }] }],
      () => undefined,
      "/b",
    );
    assert.match(script, "[factory] enable_template = true");
    assert.throws(() => run(script, machine));
    assert.equal(machine.calls(), []);
  }));

test("words that a shell would change are quoted", () => {
  const script = shellScript(
    [{ title: "x", steps: [{ kind: "command", argv: ["echo", "it's $HOME; rm"] }] }],
    () => undefined,
    "/b",
  );
  assert.is(execFileSync("sh", ["-c", script], { encoding: "utf8" }), "it's $HOME; rm\n");
});

test("`patch` makes one text of the other with the diff", () =>
  inTempFolder(folder => {
    const file = join(folder, "f");
    const letters = "abcdefghijklmnopqrstuvwxyz".split("");
    const pairs = [
      ["", "new\n"],
      ["old\n", ""],
      ["a\nb\nc\n", "a\nc\n"],
      ["no end", "no end\nmore\n"],
      ["same\nx", "same\ny"],
      [`${letters.join("\n")}\n`, `${letters.filter(letter => !"cmz".includes(letter)).join("\n")}\nlast\n`],
    ] as const;
    for (const [before, after] of pairs) {
      writeFileSync(file, before);
      execFileSync("patch", ["-s", file], { input: unifiedDiff(file, before, after) });
      assert.is(existsSync(file) ? readFileSync(file, "utf8") : "", after);
    }
    assert.is(unifiedDiff(file, "x\n", "x\n"), "");
  }));

test.run();
