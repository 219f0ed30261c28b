import { suite } from "uvu";
import * as assert from "uvu/assert";
import { patchToml } from "../../../src/measure/changes/toml.js";
import type { LabError } from "../../../src/model/errors.js";

const test = suite("setting keys in TOML");

const text = `# head
[hypervisor.qemu]
  path = "/opt"   # where
memory = 168
list=["a",
  "b", # second
]
#image = "not set"

[runtime]
debug=false
`;

test("only the lines of the given keys change", () => {
  const changed = patchToml(text, { "hypervisor.qemu": { memory: 328 }, runtime: { debug: true } });
  assert.is(changed, text.replace("memory = 168", "memory = 328").replace("debug=false", "debug=true"));
});

test("the line of a removed key is removed", () => {
  assert.is(patchToml(text, { "hypervisor.qemu": { memory: null } }), text.replace("memory = 168\n", ""));
});

test("a new key is added to its section", () => {
  const changed = patchToml(text, { "hypervisor.qemu": { image: "/img" } });
  assert.ok(changed.indexOf('image = "/img"') < changed.indexOf("[runtime]"));
  assert.match(changed, '#image = "not set"');
});

test("keys that already have their values leave every byte as it is", () => {
  assert.is(patchToml(text, { "hypervisor.qemu": { memory: 168, list: ["a", "b"], nothing: null } }), text);
});

test("several keys at once give the same text as one after another", () => {
  const changed = patchToml(text, {
    "hypervisor.qemu": { path: "/x", memory: 1, list: ["c"], a: 1, b: "2" },
    runtime: { debug: null },
  });
  for (const line of ['path = "/x"   # where', "memory = 1", 'b = "2"']) assert.match(changed, line);
});

test("a missing section is an error, unless it may be added", () => {
  const refuse = () => patchToml(text, { factory: { enable_template: true } }, "f.toml");
  assert.throws(refuse, (error: LabError) => error.message === "f.toml: expected a section [factory], found none");
  const added = patchToml(text, { 'plugins."io.containerd.grpc.v1.cri".containerd': { snapshotter: "x" } }, "f", "add");
  assert.ok(added.startsWith(text.trimEnd()));
  assert.match(added, "snapshotter");
});

test("a key that has a value is never replaced by a section", () => {
  assert.throws(
    () => patchToml(text, { "runtime.debug": { x: 1 } }, "f", "add"),
    /expected a section \[runtime.debug\]/,
  );
});

test("invalid TOML is an error with the file's name", () => {
  assert.throws(
    () => patchToml("[a\n", {}, "f.toml"),
    (error: LabError) => error.code === "RUND_CONFIG_SYNTAX" && error.where === "f.toml",
  );
});

test.run();
