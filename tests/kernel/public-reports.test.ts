/** Cells of the kinds that public reports about TypeScript and JavaScript kernels describe; each case stands for its kind. */
import * as assert from "uvu/assert";
import { fails, gives } from "./cases.js";
import { kernelSuite } from "./kernel-suite.js";
import { printed } from "./live-kernel.js";

const test = kernelSuite("public reports", {
  "shapes.ts": "export type Row = { a: number };\nexport default class Thing { x = 1 }\n",
  "six.cjs": "exports.six = 6;\n",
});

test("names of earlier cells are redeclared with another kind, reassigned and closed over", async ({ kernel }) => {
  await gives(kernel, ["const again = 1", "const again = 'text'", "again.length"], "4");
  await gives(kernel, ["let count = 0; const next = () => ++count", "count = 10", "next()", "count"], "11");
  await gives(
    kernel,
    [
      "function first() { return 1 }",
      "function second() { return first() }",
      "function first() { return 2 }",
      "second()",
    ],
    "2",
  );
  await gives(
    kernel,
    ["const { a, ...others } = { a: 1, b: 2 }; let [x, , y = 9] = [1, 2]", "x++; a + others.b + x + y"],
    "14",
  );
  await gives(kernel, ["if (true) { var inside = 5 }\nfor (var i = 0; i < 3; i++) {}", "inside + i"], "8");
  await gives(kernel, ["later(); function later() { return 4 }", "later()"], "4");
});

test("declarations before the failure of a cell are kept", async ({ kernel }) => {
  await fails(
    kernel,
    "let kept: any = 1; class Kept {}; function keeps() { return 3 }; throw new Error('half')",
    "Error",
    /^half$/,
  );
  await gives(kernel, ["[kept, Kept.name, keeps()]"], "[ 1, 'Kept', 3 ]");
});

test("types go from cell to cell: narrowing, guards, overloads, enums, namespaces, private members, mixins", async ({
  kernel,
}) => {
  await gives(
    kernel,
    ["let maybe: unknown = 5", "if (typeof maybe === 'number') maybe.toFixed(1);\ntypeof maybe"],
    "'number'",
  );
  await gives(
    kernel,
    ["function sure(v: unknown): asserts v is number {}", "const some: unknown = 5; sure(some); some.toFixed(1)"],
    "'5.0'",
  );
  await gives(
    kernel,
    [
      "function over(v: string): string; function over(v: number): number; function over(v: any) { return v }",
      "over(1).toFixed(1) + over('x').length",
    ],
    "'1.01'",
  );
  await gives(
    kernel,
    [
      "const enum Level { High = 5 }\nnamespace Names { export const v = 3; export type T = number }",
      "const typed: Names.T = Names.v + Level.High; typed",
    ],
    "8",
  );
  await gives(
    kernel,
    [
      "class Base { protected p = 1; #q = 2; q() { return this.#q } }",
      "class Derived extends Base { r() { return this.p + this.q() } }",
      "new Derived().r()",
    ],
    "3",
  );
  await gives(
    kernel,
    [
      "const mix = <T extends new (...a: any[]) => object>(B: T) => class extends B { private z = 1 }",
      "new (mix(class {}))()",
    ],
    "{ z: 1 }",
  );
  await gives(kernel, ["const key = Symbol('key'); const keyed = { [key]: 1 }", "keyed[key]"], "1");
  await gives(kernel, ["let list = []", "list.push(1); list"], "[ 1 ]");
});

test("names that Node and browsers have may be declared", async ({ kernel }) => {
  const names = [
    "name",
    "status",
    "top",
    "self",
    "window",
    "document",
    "display",
    "event",
    "module",
    "exports",
    "require",
  ];
  await gives(kernel, [...names.map((name, at) => `const ${name} = ${at}`), names.join(" + ")], "55");
  await gives(kernel, ["function fetch() { return 'mine' }", "fetch()"], "'mine'");
});

test("imports of every form", async ({ kernel }) => {
  await gives(kernel, ["import type { Row } from './shapes'; const row: Row = { a: 1 }; row"], "{ a: 1 }");
  await gives(kernel, ["import Thing from './shapes'; new Thing()"], "Thing { x: 1 }");
  await gives(kernel, ["import system = require('node:fs'); typeof system.readFileSync"], "'function'");
  await gives(
    kernel,
    ["import { createRequire } from 'node:module'; createRequire(import.meta.url)('./six.cjs').six"],
    "6",
  );
  await gives(kernel, ["import path, { join as joined } from 'node:path'; path.sep + joined('a', 'b')"], "'/a/b'");
});

test("a re-export of another module also imports its names, and the lines after it keep their numbers", async ({
  kernel,
}) => {
  await gives(
    kernel,
    ["export { sep } from 'node:path'; export * as system from 'node:os'", "sep + typeof system.cpus"],
    "'/function'",
  );
  await gives(kernel, ["export * from 'node:os';\n3"], "3");
  const several = "const p1 = 1, p2 = 2;\nexport {\n  p1,\n  p2\n};\nnope5";
  await fails(kernel, several, "CompileError", /^cell-\d+\.ts:6:1 - Cannot find name 'nope5'/);
});

test("names and specifiers of other kernels are errors that say what to use instead", async ({ kernel }) => {
  await fails(kernel, "Deno.readTextFileSync('x')", "CompileError", /hint: cells run in Node: node:fs/);
  await fails(kernel, "print('x')", "CompileError", /hint: console.log prints/);
  await fails(kernel, "!ls -l", "CompileError", /hint: cells are TypeScript and know no commands of IPython/);
  await fails(kernel, "import rows from './rows.csv'", "CompileError", /hint: import reads code and JSON/);
  await fails(kernel, "Out[1]", "CompileError", /hint: keep a value in a variable/);
  await fails(
    kernel,
    "import x from 'npm:@scope/lodash@4/part'",
    "CompileError",
    /hint: npm install @scope\/lodash, and import "@scope\/lodash"$/,
  );
  await fails(kernel, "import x from 'jsr:@std/path'", "CompileError", /hint: npx jsr add @std\/path/);
  await fails(kernel, "import x from 'https://esm.sh/lodash'", "CompileError", /hint: cells import installed packages/);
});

test("the types of JavaScript's library are those of the running Node version", async ({ kernel }) => {
  const calls = {
    "Object.groupBy([1], n => n)": "groupBy" in Object,
    "new Set([1]).union(new Set([2])).size": "union" in Set.prototype,
    "Array.fromAsync([1])": "fromAsync" in Array,
    "[1].values().map(n => n).toArray()": "Iterator" in globalThis,
    "/[\\p{L}--[a-z]]/v.test('x')": true,
    "'x'.isWellFormed()": true,
  };
  for (const [code, present] of Object.entries(calls)) {
    const { reply } = await kernel.run(code);
    assert.equal([reply.status, reply.ename], present ? ["ok", undefined] : ["error", "CompileError"], code);
  }
});

test("an object literal alone is the object, and a block is a block", async ({ kernel }) => {
  await gives(kernel, ["{a: 1, b: 2}"], "{ a: 1, b: 2 }");
  await gives(kernel, ["{}"], "{}");
  await gives(kernel, ["{ let q = 1; q + 1 }"], undefined);
  const { reply } = await fails(
    kernel,
    "{a: 1,\n b: nope}",
    "CompileError",
    /cell-\d+\.ts:2:5 - Cannot find name 'nope'/,
  );
  assert.is((reply.traceback as string[]).at(-1), "    |     ^");
  await fails(kernel, "{a: nope}", "CompileError", /cell-\d+\.ts:1:5 - /);
  const { reply: whole } = await kernel.ask("is_complete_request", { code: "{a: 1, b: 2}" });
  assert.is(whole.status, "complete");
});

test("a line that names the interpreter, Windows line ends, comments and empty cells", async ({ kernel }) => {
  await gives(kernel, ["#!/usr/bin/env node\n7"], "7");
  await gives(kernel, ["const cr = 1;\r\ncr + 1\r\n"], "2");
  await gives(kernel, ["\ufeff1 + 1 // two"], "2");
  for (const code of ["", ";", "// nothing", "/* nothing */"]) await gives(kernel, [code], undefined);
});

test("commands of IPython are errors that say so", async ({ kernel }) => {
  await fails(kernel, "%time x", "CompileError", /hint: cells are TypeScript and know no commands of IPython/);
});

test("any thrown value is shown, even one that cannot be inspected", async ({ kernel }) => {
  await fails(kernel, "Promise.reject(3)", "Thrown", /^3$/);
  await fails(kernel, "throw null", "Thrown", /^null$/);
  await fails(kernel, "throw new Proxy({}, { get() { throw 1 } })", "Thrown", /cannot be shown/);
  await fails(
    kernel,
    "const bad = new Error('x'); Object.defineProperty(bad, 'stack', { get() { throw 1 } }); throw bad",
    "Error",
    /^x$/,
  );
  await fails(kernel, "const round: any = new Error('round'); round.cause = round; throw round", "Error", /^round$/);
  await fails(kernel, "throw new AggregateError([new Error('one')], 'many')", "AggregateError", /^many$/);
  await fails(kernel, "throw new DOMException('gone', 'AbortError')", "AbortError", /^gone$/);
  await fails(
    kernel,
    "({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('custom') } })",
    "Error",
    /^custom$/,
  );
});

test("stack traces have the cell's line and nothing of the kernel, whatever libraries do to them", async ({
  kernel,
}) => {
  await fails(
    kernel,
    "(Error as any).prepareStackTrace = () => { throw new Error('no') }; throw new Error('with it')",
    "Error",
    /^with it$/,
  );
  const { reply } = await fails(
    kernel,
    "(Error as any).prepareStackTrace = undefined;\nthrow new Error('back')",
    "Error",
    /^back$/,
  );
  assert.match((reply.traceback as string[]).at(-1)!, /^ {4}at cell-\d+\.ts:2:7$/);
  await gives(
    kernel,
    [
      "const was = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites;\nconst sites = new Error().stack; Error.prepareStackTrace = was; typeof sites",
    ],
    "'object'",
  );
  const shown = await fails(
    kernel,
    "({ [Symbol.for('Jupyter.display')]() { throw new Error('show') } })",
    "Error",
    /^show$/,
  );
  assert.not.match((shown.reply.traceback as string[]).join("\n"), /node:async_hooks|present\/notebook|\/kernel\//);
});

test("code that is nested too deeply is a clear error, and the frame of a long line is short", async ({ kernel }) => {
  const { reply } = await fails(kernel, `${Array(6000).fill("'a'").join(" + ")}`, "CompileError", /nested too deeply/);
  assert.ok((reply.traceback as string[]).every(line => line.length < 300));
  await fails(kernel, `${"(".repeat(5000)}1${")".repeat(5000)}`, "CompileError", /nested too deeply/);
  await fails(kernel, "function deep(): number { return deep() + 1 }\ndeep()", "RangeError", /call stack/);
  await gives(kernel, ["1 + 1"], "2");
});

test("console, eval, other realms, worker threads and child processes", async ({ kernel }) => {
  const { outputs } = await kernel.run(
    "console.group('g'); console.log('in'); console.groupEnd(); console.dir({ a: { b: {} } }, { depth: 0 }); console.count()",
  );
  assert.is(printed(outputs), "g\n  in\n{ a: [Object] }\ndefault: 1\n");
  await gives(kernel, ["eval('1 + 1') + new Function('return 7')()"], "9");
  await gives(kernel, ["import vm from 'node:vm'; vm.runInNewContext('({ a: [1] })')"], "{ a: [ 1 ] }");
  await fails(kernel, "vm.runInNewContext('throw new Error(\"other realm\")')", "Error", /^other realm$/);
  const worker = await kernel.run(
    "import { Worker } from 'node:worker_threads';\nawait new Promise(done => new Worker('console.log(\"thread\")', { eval: true }).on('exit', done))",
  );
  assert.is(printed(worker.outputs), "thread\n");
  await fails(
    kernel,
    "import { execSync } from 'node:child_process'; execSync('exit 3')",
    "Error",
    /Command failed: exit 3/,
  );
});

test("a stream that a cell ends or destroys still prints", async ({ kernel }) => {
  const { outputs } = await kernel.run(
    "process.stdout.end('last\\n'); process.stdout.destroy(); console.log('not last')",
  );
  assert.is(printed(outputs), "last\nnot last\n");
  const piped = await kernel.run(
    "import { Readable } from 'node:stream';\nimport { pipeline } from 'node:stream/promises';\nawait pipeline(Readable.from(['piped\\n']), process.stdout);\nawait new Promise<void>(done => process.stdout.end(done))",
  );
  assert.is(printed(piped.outputs), "piped\n");
  const later = await kernel.run("console.log('later')");
  assert.is(printed(later.outputs), "later\n");
});

test("removing all listeners does not remove the kernel's", async ({ kernel }) => {
  await fails(
    kernel,
    "process.removeAllListeners('uncaughtException'); process.removeAllListeners();\nsetTimeout(() => { throw new Error('timer') }, 1); await new Promise(done => setTimeout(done, 20))",
    "Error",
    /^timer$/,
  );
  const waiting = kernel.sendCode("await new Promise(() => {})");
  await kernel.until(() => kernel.published(waiting).some(({ type }) => type === "execute_input"));
  kernel.process.signal("SIGINT");
  assert.is((await kernel.answer(waiting)).reply.ename, "KeyboardInterrupt");
});

test("single values over the limits of JavaScript are errors of the cell", async ({ kernel }) => {
  await fails(kernel, "new Array(-1)", "RangeError", /array length/);
  await fails(kernel, "'x'.repeat(2 ** 30)", "RangeError", /string length/i);
  await fails(kernel, "Buffer.alloc(2 ** 53)", "RangeError", /out of range/);
  await gives(kernel, ["1 + 1"], "2");
});

test.run();
