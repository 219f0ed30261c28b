import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inTempFolder } from "../support/temp.js";
import { LiveKernel, labKernel, printed } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel }>("what a cell can use");

test.before(async context => {
  context.kernel = await LiveKernel.start();
});
test.after(context => context.kernel.stop());

test("types and values of earlier cells are known to later ones", async ({ kernel }) => {
  await kernel.run(
    "interface Point { x: number }\nconst point: Point = { x: 1 };\nfunction twice(n: number) { return 2 * n; }",
  );
  const { outputs } = await kernel.run("point.x = twice(4);\nconst other: Point = point;\nother.x");
  assert.equal(outputs, [
    { output_type: "execute_result", data: { "text/plain": "8" }, metadata: {}, execution_count: 2 },
  ]);
  const wrong = await kernel.run("point.y");
  assert.is(wrong.reply.ename, "CompileError");
});

test("the library is available with types, completion and docstrings", async ({ kernel }) => {
  const { reply, outputs } = await kernel.run("import { runtimeLabel } from 'rund-lab';\nruntimeLabel('katafc')");
  assert.is(reply.status, "ok", String(reply.evalue));
  assert.equal((outputs.at(-1) as { data: unknown }).data, { "text/plain": "'Kata-FC'" });
  assert.is(printed(outputs, "stderr"), "", "no warning");
  assert.is((await kernel.run("runtimeLabel(5)")).reply.ename, "CompileError");
  const help = await kernel.ask("inspect_request", { code: "runtimeLabel(", cursor_pos: 13, detail_level: 0 });
  assert.match((help.reply.data as Record<string, string>)["text/plain"]!, "Returns a runtime's label");
  const completion = await kernel.ask("complete_request", { code: "runtimeLa", cursor_pos: 9 });
  assert.equal(completion.reply.matches, ["runtimeLabel"]);
  const logs = await kernel.run("import * as logs from 'rund-lab/logs';\ntypeof logs.parseClientLog");
  assert.is(logs.reply.status, "ok", String(logs.reply.evalue));
});

test("modules of the notebook's folder and cells that are modules can be imported", async ({ kernel }) => {
  await kernel.run(
    "/** @module helpers */\nexport const three = 3;\nexport function broken(): never {\n  throw new Error('in a module');\n}",
  );
  const { outputs, reply } = await kernel.run("import { three } from './helpers';\nthree");
  assert.equal((outputs[0] as { data: unknown }).data, { "text/plain": "3" }, String(reply.evalue));
  const failed = await kernel.run("import { broken } from './helpers';\nbroken()");
  assert.match((failed.reply.traceback as string[]).join("\n"), "helpers.ts:4:9");
});

test("in a folder without packages, rund-lab, tslab and local modules can be imported", () =>
  inTempFolder(async folder => {
    const kernel = await LiveKernel.start(labKernel, folder);
    // a module is found as soon as its file exists
    assert.match(
      String((await kernel.run("import { answer } from './local'")).reply.evalue),
      "Cannot find module './local'",
    );
    writeFileSync(
      join(folder, "local.ts"),
      "export const answer: number = 42;\nexport function fail() {\n  throw new Error('here');\n}\n",
    );
    const { reply, outputs } = await kernel.run(
      "import { runtimeLabel } from 'rund-lab';\nimport { parseClientLog } from 'rund-lab/logs';\nimport { display } from 'tslab';\nimport { answer, fail } from './local';\n[runtimeLabel('kata'), typeof parseClientLog, answer]",
    );
    assert.is(reply.status, "ok", String(reply.evalue));
    assert.equal((outputs.at(-1) as { data: unknown }).data, { "text/plain": "[ 'Kata-QEMU', 'function', 42 ]" });
    assert.is((await kernel.run("runtimeLabel(5)")).reply.ename, "CompileError");
    assert.match(((await kernel.run("fail()")).reply.traceback as string[]).join("\n"), `${folder}/local.ts:3:9`);
    await kernel.stop();
  }));

test("the kernel does not change its working directory", async ({ kernel }) => {
  const { outputs } = await kernel.run("process.cwd()");
  assert.equal((outputs[0] as { data: unknown }).data, { "text/plain": `'${process.cwd()}'` });
});

test.run();
