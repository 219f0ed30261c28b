import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readConnection } from "../../src/jupyter/connection.js";
import { cellModule } from "../../src/kernel/compile/cell-module.js";
import { Compiler } from "../../src/kernel/compile/compiler.js";
import { guarding, withoutGuards } from "../../src/kernel/compile/guards.js";
import { complete, inspectName, pointsOf, unitsOf } from "../../src/kernel/compile/language.js";
import { SourceMap } from "../../src/kernel/compile/source-map.js";
import { loadTypeScript } from "../../src/kernel/compile/typescript/typescript.js";
import { History } from "../../src/kernel/protocol/history.js";
import { Outbox } from "../../src/kernel/protocol/outbox.js";
import { StreamText } from "../../src/kernel/protocol/stream-text.js";
import { Resources } from "../../src/kernel/run/stop/resources.js";
import { requirePeers } from "../../src/kernel/spec.js";
import type { LabError } from "../../src/model/errors.js";

const test = suite("parts of the kernel");

test("a source map written by TypeScript leads back to the source", () => {
  const { typescript: ts } = loadTypeScript();
  const source = "interface A { a: number }\nconst f = (x: A) => {\n  return missing(x);\n};";
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    compilerOptions: { sourceMap: true, target: 99, module: 1 },
  });
  const lines = outputText.split("\n");
  const line = lines.findIndex(text => text.includes("missing"));
  const origin = new SourceMap(sourceMapText!).origin({ line, column: lines[line]!.indexOf("missing") });
  assert.equal(origin, { line: 2, column: 9 });
});

test("a cell becomes a module whose positions lead back to the cell", () => {
  const { typescript: ts } = loadTypeScript();
  const code = "let a = 1, { b } = c;\n  function f() {} class D {}\nfor (var i of []) { let inner; }\nd";
  const homes: Record<string, string> = { c: "./__cell_1", d: "./__cell_2", a: "./__cell_1" };
  const module = cellModule(ts, code, name => homes[name], []);
  assert.is(
    module.text,
    `export let a = 1, { b } = c;
  export function f() {} export class D {}
for (var i of []) { let inner; }
d
import { c } from "./__cell_1"; import { d } from "./__cell_2"; export { i };
`,
  );
  assert.equal([...module.names].sort(), ["D", "a", "b", "f", "i"]);
  for (const [line, text] of code.split("\n").entries()) {
    const moved = module.text.split("\n")[line]!;
    for (const word of ["a =", "c;", "function", "class", "var", "d"]) {
      if (!text.includes(word)) continue;
      const position = { line, column: moved.indexOf(word) };
      assert.equal(module.writtenPosition(position), { line, column: text.indexOf(word) }, word);
    }
  }
  for (let at = 0; at <= code.length; at++) assert.is(module.written(module.compiled(at)), at);
});

test("removing the checks from compiled code restores the written code", () => {
  const { typescript: ts } = loadTypeScript();
  const written = `async function work(x) {
    "use strict";
    outer: for await (const y of x) {
        if (y)
            continue outer;
    }
    try {
        return (await x) + (await x);
    }
    catch (error) {
        while (x)
            await x;
    }
}
class A {
    constructor() { }
    get a() { return 1; }
    *b() { yield 1; }
    c = () => ({ d: async () => (await 1) });
}
`;
  const compilerOptions = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext };
  const compiled = (code: string, before: ReturnType<typeof guarding>[]) =>
    ts.transpileModule(code, { compilerOptions, transformers: { before } }).outputText;
  const guarded = compiled(written, [guarding(ts, true)]);
  assert.is(guarded.match(/\.rest\(\)/g)!.length, 10);
  assert.is(guarded.match(/\.leave\(\)/g)!.length, 1);
  // a statement that becomes a block keeps its braces
  const bare = (code: string) => code.replace(/[{}()\s]/g, "");
  assert.is(bare(withoutGuards(guarded)), bare(compiled(written, [])));
});

test("completion replaces the right part of a text and returns the kind of each name", () => {
  const compiler = new Compiler(process.cwd());
  compiler
    .compile("const data: any = {};\nclass Tool {}\nenum Color { Red }\nfunction go(n: number) { return n; }")
    .keep();
  const known: Readonly<Record<string, string[]>> = { data: ["rows"], "data,rows,0,a b": ["latencyMs"] };
  const values = { properties: (path: readonly string[]) => known[path.join()] ?? [] };
  const at = (code: string) => {
    const position = code.indexOf("|");
    const text = code.replace("|", "");
    const { matches, cursor_start, cursor_end, metadata } = complete(compiler, values, text, position);
    const [first] = metadata._jupyter_types_experimental;
    return [matches[0], text.slice(cursor_start, cursor_end), first?.type];
  };
  assert.equal(at('import fs from "node:f|"'), ["node:fs", "node:f", "module"]);
  assert.equal(at('import fs from "node:fs/p|"'), ["promises", "p", "module"]);
  assert.equal(at('const fs = require("node:fs/p|'), ["promises", "p", "module"]);
  assert.equal(at('const fs = await import("node:f|")'), ["node:fs", "node:f", "module"]);
  assert.equal(at('import x from "@types/nod|"'), ["node", "nod", "module"]);
  assert.equal(at('import x from "danfo|"'), ["danfojs-node", "danfo", "module"]);
  assert.equal(at("import { a } from './src/ker|'"), ["kernel", "ker", "module"]);
  assert.equal(at("data.r|"), ["rows", "r", "property"]);
  assert.equal(at("f(data?.rows[0]['a b'].la|"), ["latencyMs", "la", "property"]);
  assert.equal(at("Too|"), ["Tool", "Too", "class"]);
  assert.equal(at("Colo|"), ["Color", "Colo", "enum"]);
  assert.equal(at("go|"), ["go", "go", "function"]);
  assert.is(inspectName(compiler, "nope", 4), null);
});

test("finished resources are dropped while a cell runs, and one that cannot be closed does not keep others open", () => {
  const resources = new Resources();
  let closed = 0;
  for (let at = 0; at < 10_000; at++) {
    resources.add({ alive: () => at % 1000 === 0, close: () => closed++ });
  }
  resources.add({
    alive: () => true,
    close() {
      throw new Error("not begun");
    },
  });
  resources.close();
  assert.ok(closed >= 10 && closed < 200, String(closed));
});

test("history answers by tail, range and pattern, newest last", () => {
  const history = new History();
  for (const [line, code] of ["let a = 1", "a + 1", "let b", "a + 1"].entries())
    history.add(line + 1, code, `out ${line}`);
  const rows = (query: object) => history.rows(query).map(([, line]) => line);
  assert.equal(rows({ hist_access_type: "tail", n: 2 }), [3, 4]);
  assert.equal(rows({ hist_access_type: "tail", n: 0 }), []);
  assert.equal(rows({ hist_access_type: "range", start: 2, stop: 4 }), [2, 3]);
  assert.equal(rows({ hist_access_type: "range", session: -1, start: 1 }), []);
  assert.equal(rows({ hist_access_type: "search", pattern: "a + *" }), [2, 4]);
  assert.equal(rows({ hist_access_type: "search", pattern: "a + ?", unique: true }), [4]);
  assert.equal(rows({ hist_access_type: "search", pattern: "*", n: 1 }), [4]);
  assert.equal(rows({ hist_access_type: "other" }), []);
  assert.equal(history.rows({ hist_access_type: "tail", n: 1, output: true }), [[1, 4, ["a + 1", "out 3"]]]);
});

test("positions in code points and in UTF-16 units are converted both ways", () => {
  assert.equal([unitsOf("a😀b", 2), pointsOf("a😀b", 3)], [3, 2]);
});

test("an outbox keeps the order of a socket that takes one message at a time", async () => {
  let busy = false;
  const got: unknown[] = [];
  const socket = {
    async send([text]: unknown[]) {
      assert.is(busy, false);
      busy = true;
      await new Promise(resolve => setImmediate(resolve));
      busy = false;
      if (text === "3") throw new Error("refused");
      got.push(text);
    },
  };
  const failures: unknown[] = [];
  const outbox = new Outbox(socket as never, error => failures.push(error));
  for (let i = 0; i < 10; i++) outbox.send([String(i)]);
  await outbox.empty();
  assert.is(got.join(""), "012456789");
  assert.is(failures.length, 1);
});

test("text is merged until another stream or cell writes", async () => {
  const seen: unknown[] = [];
  const text = new StreamText((cell, name, written) => seen.push([cell, name, written]));
  const add = (name: "stdout" | "stderr", cell: number, written: string) =>
    text.add(name, cell, `${cell}${name}`, Buffer.from(written));
  for (let i = 0; i < 3; i++) add("stdout", 1, `${i}`);
  add("stderr", 1, "e");
  add("stderr", 2, "f");
  text.flush();
  assert.equal(seen, [
    [1, "stdout", "012"],
    [1, "stderr", "e"],
    [2, "stderr", "f"],
  ]);
});

test("a connection file that cannot be used is an error that names the field", () => {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  const file = join(folder, "connection.json");
  const good = {
    ip: "127.0.0.1",
    transport: "tcp",
    key: "k",
    shell_port: 1,
    control_port: 2,
    iopub_port: 3,
    stdin_port: 4,
    hb_port: 5,
  };
  const fails = (text: string, part: string) => {
    writeFileSync(file, text);
    assert.throws(
      () => readConnection(file),
      (error: LabError) =>
        error.code === "RUND_KERNEL_CONNECTION" && error.exitCode === 4 && error.message.includes(part),
      part,
    );
  };
  fails("{", "JSON");
  fails("null", "an object");
  fails(JSON.stringify({ ...good, key: 5 }), "text in key");
  fails(JSON.stringify({ ...good, hb_port: "5" }), "a number in hb_port");
  fails(JSON.stringify({ ...good, hb_port: undefined }), "a number in hb_port, found nothing");
  fails(JSON.stringify({ ...good, transport: "udp" }), '"tcp" or "ipc" in transport');
  fails(JSON.stringify({ ...good, signature_scheme: "hmac-md5" }), "hmac-sha256");
  fails(JSON.stringify({ ...good, ip: "" }), "text that is not empty in ip");
  for (const ip of ["0.0.0.0", "*", "192.0.2.1", "127.0.0.1.example.org", "127.0.0.1:1;tcp://*"]) {
    fails(JSON.stringify({ ...good, ip }), "127.0.0.1 in ip");
  }
  writeFileSync(file, JSON.stringify({ ...good, transport: "ipc", ip: "/run/k" }));
  assert.is(readConnection(file).address.iopub, "ipc:///run/k-3");
  rmSync(folder, { recursive: true });
});

test("missing packages are named, with the command that installs them", () => {
  const require = {
    resolve: () => {
      throw new Error("not found");
    },
  } as unknown as NodeJS.Require;
  assert.throws(
    () => requirePeers(require),
    (error: LabError) => error.exitCode === 3 && error.hint === "npm install tslab typescript zeromq",
  );
});

test.run();
