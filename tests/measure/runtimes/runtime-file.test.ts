import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findRuntime, readRuntimeFile, runtimes } from "../../../src/measure/runtimes/index.js";
import type { LabError } from "../../../src/model/errors.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("runtimes by name and from files");

function refusal(work: () => unknown): LabError {
  try {
    work();
  } catch (error) {
    return error as LabError;
  }
  throw new Error("it was not refused");
}

test("the error for a misspelt runtime suggests the nearest name, and for any other the list", () => {
  const typo = refusal(() => findRuntime("katatemplat", runtimes));
  assert.is(typo.message, '--runtime: no runtime is called "katatemplat"');
  assert.is(typo.hint, "did you mean katatemplate?");
  assert.is(refusal(() => findRuntime("RunD", runtimes)).hint, "did you mean rund?");
  assert.is(refusal(() => findRuntime("runs", runtimes, "a.yaml")).where, "a.yaml");
  assert.match(refusal(() => findRuntime("docker", runtimes)).hint ?? "", "known: kata, katafc");
  assert.is(typo.exitCode, 2);
});

test("a file with an id and a handler is a runtime", () =>
  inTempFolder(folder => {
    writeFiles(folder, { "a.yaml": "id: youki\nhandler: youki-1\n" });
    const runtime = readRuntimeFile(join(folder, "a.yaml"));
    assert.equal(runtime, {
      id: "youki",
      handler: "youki-1",
      label: "youki",
      shim: null,
      snapshotter: null,
      config: null,
      guestMemoryExtraMb: 0,
      template: null,
      versions: [],
      processes: [],
    });
  }));

test("a file can contain everything that a declaration does", () =>
  inTempFolder(folder => {
    writeFiles(folder, {
      "a.yaml": `id: mykata
handler: kata-mine
label: My Kata
snapshotter: devmapper
guestMemoryExtraMb: 100
template: kata-factory
config:
  path: /etc/mine.toml
  hypervisor: hypervisor.qemu
  overlay: {hypervisor.qemu: {default_memory: 256, image: null}}
versions: [[kata-runtime, --version]]
processes:
  - {component: vmm, pattern: "^/opt/mine/bin/qemu"}
`,
    });
    const runtime = readRuntimeFile(join(folder, "a.yaml"));
    assert.is(runtime.label, "My Kata");
    assert.equal(runtime.config?.overlay, { "hypervisor.qemu": { default_memory: 256, image: null } });
    assert.equal(runtime.versions, [{ command: ["kata-runtime", "--version"] }]);
    assert.ok(runtime.processes[0]?.pattern.test("/opt/mine/bin/qemu-x"));
  }));

for (const [name, text, message, hint] of [
  ["an unknown key", "id: a\nhandler: a\nhandlr: b\n", 'a.yaml:3: unknown key "handlr"', "did you mean handler?"],
  [
    "an id that no folder's name could hold",
    "id: my runtime\nhandler: a\n",
    "a.yaml:1: id: expected lower-case letters and digits",
    undefined,
  ],
  [
    "a pattern that is none",
    "id: a\nhandler: a\nprocesses:\n  - {component: vmm, pattern: '('}\n",
    "a.yaml:4: processes.0.pattern: expected a regular expression",
    undefined,
  ],
  ["no handler", "id: a\n", "a.yaml:1: handler:", undefined],
  ["invalid YAML", "id: [\n", "a.yaml:2: not valid YAML", undefined],
] as const) {
  test(`${name} is an error with its line`, () =>
    inTempFolder(folder => {
      writeFiles(folder, { "a.yaml": text });
      const error = refusal(() => readRuntimeFile(join(folder, "a.yaml")));
      assert.is(error.code, "RUND_RUNTIME_FILE");
      assert.ok(error.message.startsWith(join(folder, message)), error.message);
      if (hint !== undefined) assert.is(error.hint, hint);
    }));
}

test("a missing file is an error", () => {
  assert.is(
    refusal(() => readRuntimeFile("/nowhere/a.yaml")).message,
    "/nowhere/a.yaml: expected a YAML file, found none",
  );
});

test.run();
