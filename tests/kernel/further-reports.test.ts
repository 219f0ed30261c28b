/** More kinds of cells from public reports about kernels; each case stands for its kind. */
import * as assert from "uvu/assert";
import { writeFiles } from "../support/temp.js";
import { fails, gives } from "./cases.js";
import { kernelSuite } from "./kernel-suite.js";
import { printed } from "./live-kernel.js";

const test = kernelSuite("further reports", {
  "ring-a.ts": 'import { b } from "./ring-b";\nexport const a = "A" + b;\n',
  "ring-b.ts": 'import { a } from "./ring-a";\nexport const b = "B" + a.length;\n',
  "count.ts": "export let n = 0;\nexport const bump = () => ++n;\n",
  "edited.ts": "export const v = 1;\n",
  "endless.ts":
    'console.log("loading");\nexport let late = 0;\nwhile (!(globalThis as any).goOn);\nlate = 5;\nexport {};\n',
  "slow.ts": "export const s = await new Promise<number>(done => setTimeout(() => done(3), 50));\n",
  "needs-slow.ts": 'import { s } from "./slow";\nexport const t = s + 1;\n',
  "throws.ts": 'function inner(): never { throw new Error("at load"); }\ninner();\nexport {};\n',
  "imports-throws.ts": 'import "./throws";\n',
});

test("an error in modules that import each other names the files in order", async ({ kernel }) => {
  const text = /reading 'length'\)\nhint: .*: ring-a\.ts → ring-b\.ts → ring-a\.ts$/;
  await fails(kernel, 'import { a } from "./ring-a"', "TypeError", text);
});

test("an imported variable keeps its connection to the module, until a cell declares the name", async ({ kernel }) => {
  await gives(kernel, ['import { n, bump } from "./count"; bump(); n', "bump(); n"], "2");
  await gives(kernel, ["let n = 'own'", "bump(); n"], "'own'");
});

test("import() and require of an edited file give the new value", async ({ kernel, folder }) => {
  await gives(kernel, ['(await import("./edited")).v'], "1");
  writeFiles(folder, { "edited.ts": "export const v = 22;\n" });
  await gives(kernel, ['(await import("./edited")).v'], "22");
  writeFiles(folder, { "edited.ts": "export const v = 333;\n" });
  await gives(kernel, ['require("./edited").v'], "333");
});

test("a module whose loading was interrupted is loaded again", async ({ kernel }) => {
  const code = 'import { late } from "./endless"; late';
  const loading = kernel.sendCode(code);
  await kernel.until(() => printed(kernel.soFar(loading).outputs) === "loading\n");
  kernel.process.signal("SIGINT");
  assert.is((await kernel.answer(loading)).reply.ename, "KeyboardInterrupt");
  await gives(kernel, ["(globalThis as any).goOn = true", code], "5");
});

test("a module that is imported while another import loads it is waited for", async ({ kernel }) => {
  await gives(kernel, ['(await Promise.all([import("./slow"), import("./needs-slow")]))[1].t'], "4");
});

test("an error keeps the cell's line however deep it is thrown, and a missing module has it, too", async ({
  kernel,
}) => {
  const lineOf = async (code: string) => ((await kernel.run(code)).reply.traceback as string[]).join("\n");
  assert.match(await lineOf('1;\nimport "./imports-throws"'), /throws\.ts:1:.*cell-\d+\.ts:2:1/s);
  assert.match(await lineOf('1;\nawait import("./never")'), /Cannot find module.*at cell-\d+\.ts:2:7/s);
  const deep = await lineOf(
    "const deep = (n: number): number => JSON.parse(n === 0 ? '{' : '1') + deep(n - 1);\ndeep(20)",
  );
  assert.is(deep.match(/^ {4}at /gm)?.length, 10);
});

test("an error at the end of unfinished code is at the end of the cell", async ({ kernel }) => {
  await fails(kernel, "function f() {\n  if (true) {\n}", "CompileError", /^cell-\d+\.ts:3:2 - '}' expected/);
  await fails(kernel, "const t = `abc", "CompileError", /^cell-\d+\.ts:1:15 - Unterminated template literal/);
});

test("an error without a stack keeps its name", async ({ kernel }) => {
  await fails(kernel, "const bare = new Error('bare'); delete bare.stack; throw bare", "Error", /^bare$/);
});

test("a syntax error that only the running V8 finds has the written place", async ({ kernel }) => {
  const { reply } = await kernel.run("1;\n  /(?<y>a)|(?<y>b)/");
  // newer versions of V8 allow a group's name twice
  if (reply.status === "error") assert.match((reply.traceback as string[]).at(-1)!, /^ {4}at cell-\d+\.ts:2:3$/);
});

test("await in a class's heritage, in computed names and in decorators", async ({ kernel }) => {
  await gives(kernel, ["class List extends (await Promise.resolve(Array)) {}\nnew List().length"], "0");
  await gives(kernel, ["({ [await Promise.resolve('k')]() { return 1 } }).k()"], "1");
});

test("variables of earlier cells are set by destructuring with their own name", async ({ kernel }) => {
  await gives(
    kernel,
    ["let left = 1, right = 2", "({ left, right = 9 } = { left: 3 } as any); [left, right]"],
    "[ 3, 9 ]",
  );
  await gives(kernel, ["const fixed = 1", "'next'"], "'next'");
  await fails(kernel, "({ fixed } = { fixed: 2 })", "CompileError", /because it is a constant/);
});

test("proxies that cannot be read are shown as text, and proxies that have every property are no pictures", async ({
  kernel,
}) => {
  await gives(kernel, ["const gone = Proxy.revocable({}, {}); gone.revoke(); gone.proxy"], "<Revoked Proxy>");
  await gives(kernel, ["new Proxy({ a: 1 }, { has() { throw 1 }, get() { throw 2 } })"], "{ a: 1 }");
  await gives(kernel, ["new Proxy({ a: 1 }, { get: (_, key) => key })"], "{ a: 1 }");
});

test("a display of something else than a bundle is an error; buffers are pictures", async ({ kernel }) => {
  const shown = (value: string) => `({ [Symbol.for("Jupyter.display")]: () => (${value}) })`;
  await fails(kernel, shown("'text'"), "TypeError", /expected an object with data by MIME type.*found 'text'/);
  await fails(kernel, shown("{ 'image/png': new Blob(['x']) }"), "TypeError", /^image\/png: expected text or bytes/);
  await gives(kernel, [shown("{ 'text/plain': 5 }")], "5");
  const { outputs } = await kernel.run(shown("{ 'image/png': new Uint8Array([1, 2, 3]).buffer }"));
  assert.equal((outputs[0] as { data: unknown }).data, { "image/png": "AQID" });
});

test("completion and completeness know names of any alphabet and name?", async ({ kernel }) => {
  await kernel.run("const größe = 1");
  const { reply } = await kernel.ask("complete_request", { code: "1 + grö", cursor_pos: 7 });
  assert.equal([reply.matches, reply.cursor_start, reply.cursor_end], [["größe"], 4, 7]);
  assert.is((await kernel.ask("is_complete_request", { code: "console?" })).reply.status, "complete");
});

test.run();
