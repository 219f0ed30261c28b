/** Imports written for other runtimes and versions; each case stands for its kind. */
import { fails, gives } from "./cases.js";
import { kernelSuite } from "./kernel-suite.js";

// the folder's name has characters that have a meaning in URLs
const test = kernelSuite(
  "imports of many kinds",
  {
    "rows.json": "[1, 2]",
    "style.css": "a {}",
    "counter.ts": "let n = 0;\nexport const bump = () => ++n;\n",
    "late.ts": "export const x = await Promise.resolve(41);\n",
    "util.ts": "export const mine = 'mine';\n",
    "node_modules/extends/package.json": '{"name":"extends","main":"index.js","types":"index.d.ts"}',
    "node_modules/extends/index.js": "globalThis.extended = 7;\n",
    "node_modules/extends/index.d.ts": "export {};\ndeclare global { var extended: number }\n",
  },
  { prefix: "rund-lab-test-ü #1 100% " },
);

test("JSON with the attributes of today and of earlier versions, also by import()", async ({ kernel }) => {
  await gives(kernel, ['import a from "./rows.json" assert { type: "json" }; a.length'], "2");
  await gives(kernel, ['import b from "./rows.json" with { type: "json" }; b.length'], "2");
  await gives(kernel, ['(await import("./rows.json", { with: { type: "json" } })).default'], "[ 1, 2 ]");
});

test("a new query loads a module again, a data: address is code, and the folder's name may have any character", async ({
  kernel,
}) => {
  await gives(kernel, ['const first = await import("./counter.ts?v=" + 1); first.bump(); first.bump()'], "2");
  await gives(kernel, ['const second = await import("./counter.ts?v=2"); second.bump()'], "1");
  await gives(kernel, ['(await import("./counter.ts?v=2")).bump()'], "2");
  await gives(kernel, ['(await import("data:text/javascript,export default 5")).default'], "5");
  await gives(kernel, ['(await import(new URL("./late.ts", import.meta.url).href)).x'], "41");
  await gives(kernel, ['import { mine } from "./util"; import.meta.url.includes("%23") && mine'], "'mine'");
});

test("import() of a file that the cell writes first, and require.resolve of a TypeScript file", async ({ kernel }) => {
  const writes = 'import { writeFileSync } from "node:fs";\nwriteFileSync("fresh.ts", "export const v = 1;");';
  await gives(kernel, [`${writes}\n(await import("./fresh")).v`], "1");
  await fails(kernel, 'await import("./never")', "Error", /Cannot find module '.*never'/);
  await gives(kernel, ['require.resolve("./util").endsWith("util.ts") && require.resolve("node:fs")'], "'node:fs'");
});

test("what a package adds to the global types is known to later cells", async ({ kernel }) => {
  await gives(kernel, ['import "extends"', 'import "extends"', "extended.toFixed(1)"], "'7.0'");
});

test("an alias of a namespace's member comes after the namespace", async ({ kernel }) => {
  const code =
    "namespace Outer { export namespace Inner { export const deep = 1 } }\nimport deep = Outer.Inner.deep; deep";
  await gives(kernel, [code, "deep + 1"], "2");
});

test("a failing import without names is an error with its place and the next step", async ({ kernel }) => {
  await fails(
    kernel,
    '1;\nimport "./style.css"',
    "CompileError",
    /^cell-\d+\.ts:2:8 .*\nhint: import reads code and JSON/,
  );
  await fails(kernel, 'import "./nope.ts"', "CompileError", /:1:8 - Cannot find module '.\/nope.ts'/);
  await fails(kernel, 'import "absent-package"', "CompileError", /hint: npm install absent-package/);
  await fails(kernel, 'import "node:nope"', "CompileError", /hint: Node [\d.]+ has no such module/);
});

test("a module of Node that the installed types lack can be imported", async ({ kernel }) => {
  const code = 'import sqlite from "node:sqlite"; typeof sqlite';
  if (process.getBuiltinModule?.("node:sqlite") === undefined)
    await fails(kernel, code, "CompileError", /no such module/);
  else await gives(kernel, [code], "'object'");
});

test("the JSON of a response can be used without a type", async ({ kernel }) => {
  const code = `import { createServer } from "node:http";
const server = createServer((_, answer) => answer.end('{"items": [1, 2]}')).listen(0, "127.0.0.1");
await new Promise(done => server.once("listening", done));
const { port } = server.address() as { port: number };
const data = await (await fetch("http://127.0.0.1:" + port)).json();
server.close();
data.items.length`;
  await gives(kernel, [code], "2");
});

test.run();
