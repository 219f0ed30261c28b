/** Kinds of cells and modules that people bring from their projects; each case stands for its kind. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { writeFiles } from "../support/temp.js";
import { kernelSuite } from "./kernel-suite.js";
import type { LiveKernel } from "./live-kernel.js";

const test = kernelSuite(
  "ordinary TypeScript",
  {
    "node_modules/awaiting/package.json":
      '{"name":"awaiting","type":"module","exports":"./index.js","types":"./index.d.ts"}',
    "node_modules/awaiting/index.js": "export const late = await Promise.resolve(7);",
    "node_modules/awaiting/index.d.ts": "export declare const late: number;",
    "node_modules/imported/package.json": '{"name":"imported","type":"module","exports":{".":{"import":"./index.js"}}}',
    "node_modules/imported/index.js": "export default () => 'only by import';",
    "node_modules/wrong/package.json": '{"name":"wrong","type":"module","exports":"./index.js"}',
    "node_modules/wrong/index.js": "import { nothing } from 'node:fs';\nexport default nothing;",
  },
  { below: "notebooks" },
);

async function value(kernel: LiveKernel, code: string): Promise<string> {
  const { reply, outputs } = await kernel.run(code);
  assert.is(reply.status, "ok", String(reply.evalue));
  return (outputs.at(-1) as { data: Record<string, string> }).data["text/plain"]!;
}

test("a change of any module or JSON file reloads what depends on it at the next import, and only that", async ({
  kernel,
  folder,
}) => {
  writeFiles(folder, {
    "notebooks/data.json": '{"n": 1}',
    "notebooks/dep2.ts": "import data from './data.json';\nexport const two = data.n * 2;",
    "notebooks/dep1.ts": "import { two } from './dep2';\nexport const one = two + 1;",
    "notebooks/state.ts": "export const loadedAt = { count: 0 };",
  });
  const code =
    "import { one } from './dep1';\nimport { loadedAt } from './state';\nloadedAt.count++;\n[one, loadedAt.count]";
  assert.is(await value(kernel, code), "[ 3, 1 ]");
  assert.is(await value(kernel, code), "[ 3, 2 ]");
  writeFiles(folder, { "notebooks/dep2.ts": "import data from './data.json';\nexport const two = data.n * 20;" });
  assert.is(await value(kernel, code), "[ 21, 3 ]");
  writeFiles(folder, { "notebooks/data.json": '{"n": 5}' });
  assert.is(await value(kernel, code), "[ 101, 4 ]");
});

test("a module that throws while it loads can be corrected and imported again", async ({ kernel, folder }) => {
  writeFiles(folder, { "notebooks/broken.ts": "export const fine: number = 1;\nthrow new Error('not yet');" });
  const code = "import { fine } from './broken';\nfine";
  const { reply } = await kernel.run(code);
  assert.is(reply.evalue, "not yet");
  assert.match((reply.traceback as string[]).join("\n"), /broken\.ts:2:7.*cell-\d+\.ts:1:1/s);
  writeFiles(folder, { "notebooks/broken.ts": "export const fine: number = 1;" });
  assert.is(await value(kernel, code), "1");
});

test("modules that import each other are loaded as Node loads them", async ({ kernel, folder }) => {
  writeFiles(folder, {
    "notebooks/ring-a.ts":
      "import { b } from './ring-b';\nexport const a = (): string => 'a';\nexport const ab = () => a() + b();",
    "notebooks/ring-b.ts": "import { a } from './ring-a';\nexport const b = (): string => 'b' + a();",
  });
  assert.is(await value(kernel, "import { ab } from './ring-a';\nab()"), "'aba'");
});

test("imports from a parent folder, and specifiers with .ts, .tsx and .mts", async ({ kernel, folder }) => {
  writeFiles(folder, {
    "src/x.ts": "export const x = 1;",
    "src/y.mts": "export const y = 2;",
    "src/z.tsx":
      "const React = { createElement: (tag: string) => tag };\nexport const z = <b />;\ndeclare global { namespace JSX { interface IntrinsicElements { [tag: string]: any } } }",
  });
  assert.is(
    await value(
      kernel,
      "import { x } from '../src/x.ts';\nimport { y } from '../src/y.mts';\nimport { z } from '../src/z.tsx';\n[x, y, z]",
    ),
    "[ 1, 2, 'b' ]",
  );
});

test("import() is a real import, also of packages that await while they load", async ({ kernel }) => {
  assert.is(await value(kernel, "const fs = await import('node:fs');\ntypeof fs.readFileSync"), "'function'");
  assert.is(await value(kernel, "(await import('awaiting')).late"), "7");
  assert.is(await value(kernel, "import { late } from 'awaiting';\nlate"), "7");
  assert.is(await value(kernel, "import only from 'imported';\nonly()"), "'only by import'");
  assert.match(
    String((await kernel.run("import wrong from 'wrong'")).reply.evalue),
    "does not provide an export named 'nothing'",
  );
});

test("import.meta, __dirname and __filename name the notebook's folder", async ({ kernel, folder }) => {
  const home = join(folder, "notebooks");
  assert.is(
    await value(
      kernel,
      "[import.meta.dirname === __dirname, __dirname, import.meta.url.startsWith('file://')].join(' ')",
    ),
    `'true ${home} true'`,
  );
});

test("using, standard decorators, for await alone, ES2023, WebAssembly and crypto", async ({ kernel }) => {
  assert.is(
    await value(
      kernel,
      "const ended: string[] = [];\n{ using held = { [Symbol.dispose]() { ended.push('released'); } }; ended.push('held'); }\nended.join(' ')",
    ),
    "'held released'",
  );
  assert.is(
    await value(
      kernel,
      "function twice(f: (n: number) => number, _: ClassMethodDecoratorContext) { return function (this: unknown, n: number) { return 2 * f.call(this, n); }; }\nclass Sum { @twice add(n: number) { return n + 1; } }\nnew Sum().add(3)",
    ),
    "8",
  );
  await kernel.run("let total = 0;");
  await kernel.run("for await (const n of (async function* () { yield 1; yield 2; })()) total += n;");
  assert.is(await value(kernel, "total"), "3");
  assert.is(
    await value(
      kernel,
      "[[3, 1].toSorted()[0], [1, 2].findLast(n => n < 2), typeof WebAssembly.instantiate, typeof crypto.randomUUID()].join()",
    ),
    "'1,1,function,string'",
  );
});

test("JSX with a chosen factory, export const in a cell, declare global, values of unexported types", async ({
  kernel,
}) => {
  await kernel.run(
    "/** @jsx h */\nconst h = (tag: string, props: object | null, ...children: unknown[]) => ({ tag, props, children });\nexport const element = <p id='1'>text</p>;\ndeclare global { var shared: number; }\nglobalThis.shared = 4;",
  );
  assert.is(await value(kernel, "[element.tag, element.children[0], shared].join()"), "'p,text,4'");
  await kernel.run(
    "import { createServer } from 'node:http';\nconst handler = (() => { class Hidden { private n = 5; get() { return this.n; } } return new Hidden(); })();",
  );
  assert.is(await value(kernel, "handler.get()"), "5");
});

test("a tsconfig.json beside the notebook sets strictness, paths and target, and lists get their types later; one with errors is named", async ({
  kernel,
  folder,
}) => {
  const config = (options: object) =>
    writeFiles(folder, { "notebooks/tsconfig.json": JSON.stringify({ compilerOptions: options }) });
  writeFiles(folder, { "lib/named.ts": "export const named = 'by a path';" });
  config({ strict: true, paths: { "@lib/*": ["../lib/*"] } });
  assert.is((await kernel.run("const wrong = (x: string | undefined) => x.length")).reply.ename, "CompileError");
  assert.is(await value(kernel, "import { named } from '@lib/named';\nnamed"), "'by a path'");
  assert.is(
    await value(
      kernel,
      "const rows = [];\nfor (const n of [1, 2]) rows.push(n);\nlet best, worst = null;\nbest = worst = 5;\n[rows, best, worst]",
    ),
    "[ [ 1, 2 ], 5, 5 ]",
  );
  assert.is(await value(kernel, "rows.push(3);\nbest += 1;\nrows.length + best"), "9");
  // what `tsc --init` of TypeScript 5.9 writes
  config({
    module: "nodenext",
    target: "esnext",
    types: [],
    sourceMap: true,
    declaration: true,
    declarationMap: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    strict: true,
    jsx: "react-jsx",
    verbatimModuleSyntax: true,
    isolatedModules: true,
    moduleDetection: "force",
    skipLibCheck: true,
  });
  assert.is(
    await value(
      kernel,
      "import { readFileSync } from 'node:fs';\nconst upper = (f: () => string, _: ClassMethodDecoratorContext) => function (this: unknown) { return f.call(this).toUpperCase(); };\nclass Word { @upper get() { return 'word'; } }\nconsole.log(typeof readFileSync);\nnew Word().get()",
    ),
    "'WORD'",
  );
  config({ target: "nonsense" });
  const { reply } = await kernel.run("1");
  assert.match(String(reply.evalue), /^tsconfig\.json:1:30 - Argument for '--target' option must be/);
  writeFiles(folder, { "notebooks/tsconfig.json": '{ "extends": "./nope.json" }' });
  assert.match(String((await kernel.run("1")).reply.evalue), /^tsconfig\.json:1:\d+ - .*nope\.json/);
  writeFiles(folder, { "notebooks/tsconfig.json": '{ "compilerOptions": {\n' });
  assert.match(String((await kernel.run("1")).reply.evalue), /^tsconfig\.json:2:1 - '}' expected\. \(TS1005\)$/);
  config({ strict: false });
  assert.is(await value(kernel, "const loose = (x: string | undefined) => x.length;\nloose('abc')"), "3");
});

test("the lib of a tsconfig.json selects the parts of JavaScript's and the browser's library, also after a change", async ({
  kernel,
  folder,
}) => {
  const lib = (...names: string[]) =>
    writeFiles(folder, { "notebooks/tsconfig.json": JSON.stringify({ compilerOptions: { lib: names } }) });
  lib("ES2022", "DOM");
  const sorted = "[2, 1].toSorted()";
  assert.match(String((await kernel.run(sorted)).reply.evalue), /'toSorted' does not exist/);
  assert.is(await value(kernel, "const width = (element: HTMLElement) => element.offsetWidth;\nwidth.length"), "1");
  lib("ES2023");
  assert.is(await value(kernel, sorted), "[ 1, 2 ]");
  assert.match(String((await kernel.run("let box: HTMLElement")).reply.evalue), /Cannot find name 'HTMLElement'/);
});

test("a missing package is an error with its line and the command that installs it", async ({ kernel }) => {
  const { reply } = await kernel.run("1;\nimport { x } from 'no-such-package/part'");
  assert.match(String(reply.evalue), /^cell-\d+\.ts:2:19 - Cannot find module.*\nhint: npm install no-such-package$/s);
});

test("a JSON file of 100 MB is imported", async ({ kernel, folder }) => {
  writeFileSync(join(folder, "notebooks", "big.json"), `[${'"0123456789",'.repeat(8_000_000)}1]`);
  assert.is(await value(kernel, "import big from './big.json';\nbig.length"), "8000001");
});

test.run();
