import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inTempFolder } from "../support/temp.js";
import { LiveKernel, labKernel, printed } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel }>("the lab kernel");

test.before(async context => {
  context.kernel = await LiveKernel.start();
});
test.after(context => context.kernel.stop());

const types = (messages: readonly { type: string }[]) => messages.map(({ type }) => type);

test("a cell is framed by busy and idle, shows its input, its output and its value in this order", async ({
  kernel,
}) => {
  const { reply, messages } = await kernel.run("console.log('text');\n40 + 2");
  assert.equal(types(messages), ["status", "execute_input", "stream", "execute_result", "status"]);
  assert.is(messages[0]!.content.execution_state, "busy");
  assert.is(messages[4]!.content.execution_state, "idle");
  assert.equal(messages[3]!.content.data, { "text/plain": "42" });
  assert.is(reply.status, "ok");
  assert.is(reply.execution_count, messages[1]!.content.execution_count);
  assert.equal([reply.payload, reply.user_expressions], [[], {}]);
});

test("types and values of earlier cells are known to later ones", async ({ kernel }) => {
  await kernel.run(
    "interface Point { x: number }\nconst point: Point = { x: 1 };\nfunction twice(n: number) { return 2 * n; }",
  );
  const { outputs } = await kernel.run("point.x = twice(4);\nconst other: Point = point;\nother.x");
  assert.equal(outputs, [
    { output_type: "execute_result", data: { "text/plain": "8" }, metadata: {}, execution_count: 3 },
  ]);
  const wrong = await kernel.run("point.y");
  assert.is(wrong.reply.ename, "CompileError");
});

test("the library is there with types, completion and its docstrings", async ({ kernel }) => {
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

test("what is written to stdout and stderr keeps its order, whoever writes it", async ({ kernel }) => {
  const { outputs } = await kernel.run(`
    import { execSync, spawn } from "node:child_process";
    import { writeSync } from "node:fs";
    console.log("own 1");
    execSync("echo child 1", { stdio: "inherit" });
    console.error("own 2");
    writeSync(1, "descriptor\\n");
    await new Promise(ended => spawn("sh", ["-c", "echo child 2; echo child 3 >&2"], { stdio: "inherit" }).on("close", ended));
    console.log("own 3");`);
  assert.is(printed(outputs, "stdout"), "own 1\nchild 1\ndescriptor\nchild 2\nown 3\n");
  assert.is(printed(outputs, "stderr"), "own 2\nchild 3\n");
});

test("text is decoded across the pieces it comes in", async ({ kernel }) => {
  const { outputs } = await kernel.run(`
    process.stdout.write(Buffer.from("Gr\\u00fc\\u00dfe \\u{1f600}").subarray(0, 9));
    process.stdout.write(Buffer.from("Gr\\u00fc\\u00dfe \\u{1f600}").subarray(9));
    process.stdout.write("\\u{1f600}".repeat(5000));`);
  assert.is(printed(outputs), `Grüße 😀${"😀".repeat(5000)}`);
});

test("output appears while a cell computes", async ({ kernel }) => {
  const id = kernel.sendCode(
    "console.log('early'); const end = Date.now() + 1500; while (Date.now() < end); console.log('late')",
  );
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "early\n");
  assert.is(kernel.replyTo(id), undefined);
  await kernel.answer(id);
  assert.is(printed(kernel.soFar(id).outputs), "early\nlate\n");
});

test("an error points at the cell's own line and column", async ({ kernel }) => {
  const { reply, messages, outputs } = await kernel.run(
    "type Long = {\n  a: number;\n};\nawait null;\nfunction fail(): never {\n  throw new RangeError('no');\n}\n  fail();",
  );
  const name = `cell-${reply.execution_count}.ts`;
  assert.equal([reply.status, reply.ename, reply.evalue], ["error", "RangeError", "no"]);
  const traceback = (reply.traceback as string[]).join("\n");
  assert.match(traceback, `at fail (${name}:6:9)`);
  assert.match(traceback, `at ${name}:8:3`);
  assert.match(traceback, "> 6 |   throw new RangeError('no');");
  assert.not.match(traceback, "executor");
  assert.equal(types(messages), ["status", "execute_input", "error", "status"]);
  assert.is(outputs[0]!.output_type, "error");
});

test("an error keeps its cause, and what is thrown need not be an error", async ({ kernel }) => {
  const { reply } = await kernel.run("throw new Error('outer', { cause: new TypeError('inner') })");
  assert.match((reply.traceback as string[]).join("\n"), "[cause]: TypeError: inner");
  const text = await kernel.run("throw 'text'");
  assert.equal([text.reply.ename, text.reply.evalue], ["Thrown", "'text'"]);
  assert.is((await kernel.run("throw undefined")).reply.evalue, "undefined");
  assert.is((await kernel.run("throw Object.create(null)")).reply.status, "error");
});

test("a cell that does not compile names every mistake and runs nothing", async ({ kernel }) => {
  const { reply, outputs } = await kernel.run("console.log('never');\nlet n: number = 'x';\nunknownName;");
  assert.is(reply.ename, "CompileError");
  const lines = String(reply.evalue).split("\n");
  assert.match(lines[0]!, /^cell-\d+\.ts:2:5 - Type 'string' is not assignable to type 'number'/);
  assert.match(lines[1]!, /^cell-\d+\.ts:3:1 - Cannot find name 'unknownName'/);
  assert.is(outputs.length, 1);
});

test("display, update and clear go to the frontend through the one sink", async ({ kernel }) => {
  const { messages } = await kernel.run(`
    const sink = (globalThis as any)[Symbol.for("rund-lab.display")];
    sink.display({ "text/html": "<b>1</b>", "image/png": new Uint8Array([1, 2, 3]) }, { displayId: "d", metadata: { a: 1 } });
    sink.update("d", { "text/html": "<b>2</b>" });
    sink.clear(true);`);
  const [display, update, clear] = messages.slice(2, 5);
  assert.equal(display!.content, {
    data: { "text/html": "<b>1</b>", "image/png": "AQID" },
    metadata: { a: 1 },
    transient: { display_id: "d" },
  });
  assert.is(update!.type, "update_display_data");
  assert.equal(update!.content.transient, { display_id: "d" });
  assert.equal([clear!.type, clear!.content], ["clear_output", { wait: true }]);
});

test("a value that knows how to show itself is shown as it wants", async ({ kernel }) => {
  const { outputs } = await kernel.run(
    `({ [Symbol.for("rund-lab.mime")]: async () => ({ "text/html": "<i>me</i>", "text/plain": "me" }) })`,
  );
  assert.equal((outputs[0] as { data: unknown }).data, { "text/html": "<i>me</i>", "text/plain": "me" });
});

test("a danfo frame is shown as a table and as text", async ({ kernel }) => {
  const { outputs, reply } = await kernel.run(`
    import "@tensorflow/tfjs-backend-cpu";
    import { DataFrame } from "danfojs-node";
    new DataFrame([{ runtime: "rund", ms: 84 }, { runtime: "<kata>", ms: 300 }])`);
  assert.is(reply.status, "ok", String(reply.evalue));
  const { data } = outputs.at(-1) as { data: Record<string, string> };
  assert.match(
    data["text/html"]!,
    '<td style="text-align:left">&lt;kata&gt;</td><td style="text-align:right">300</td>',
  );
  assert.match(data["text/plain"]!, /^runtime +ms\nrund +84\n<kata> +300$/m);
});

test("tslab's own display works in cells", async ({ kernel }) => {
  const { messages } = await kernel.run(
    "import { display, newDisplay } from 'tslab';\ndisplay.markdown('# t');\nconst n = newDisplay(); n.text('a'); n.text('b');",
  );
  const shown = messages.filter(({ type }) => type.includes("display"));
  assert.equal(types(shown), ["display_data", "display_data", "update_display_data"]);
  assert.equal(shown[0]!.content.data, { "text/markdown": "# t" });
});

test("a silent request shows nothing, counts nothing and is not remembered", async ({ kernel }) => {
  const before = (await kernel.run("1")).reply.execution_count;
  const { reply, messages } = await kernel.run("console.log('hidden'); const silently = 5; silently", { silent: true });
  assert.equal(types(messages), ["status", "status"]);
  assert.is(reply.execution_count, before);
  assert.is((await kernel.run("silently")).reply.execution_count, (before as number) + 1);
  const { reply: history } = await kernel.ask("history_request", {
    hist_access_type: "tail",
    n: 1,
    output: false,
    raw: true,
  });
  assert.is((history.history as unknown[][])[0]![2], "silently");
});

test("without store_history the count stays", async ({ kernel }) => {
  const before = (await kernel.run("1")).reply.execution_count;
  assert.is((await kernel.run("2", { store_history: false })).reply.execution_count, before);
});

test("user expressions come back with the reply, each with its own status", async ({ kernel }) => {
  const { reply } = await kernel.run("const base = 20", {
    user_expressions: { twice: "base * 2", bad: "nothing.here" },
  });
  const { twice, bad } = reply.user_expressions as Record<string, { status: string; data?: unknown; ename?: string }>;
  assert.equal([twice!.status, twice!.data], ["ok", { "text/plain": "40" }]);
  assert.equal([bad!.status, bad!.ename], ["error", "CompileError"]);
});

test("after a failed cell the queued ones are aborted, unless stop_on_error is off", async ({ kernel }) => {
  const failing = kernel.sendCode("throw new Error('stop')");
  const queued = [kernel.sendCode("1"), kernel.sendCode("2")];
  await kernel.answer(failing);
  for (const id of queued) assert.is((await kernel.answer(id)).reply.status, "aborted");
  assert.is((await kernel.run("'runs again'")).reply.status, "ok");

  const tolerated = kernel.sendCode("throw new Error('go on')", { stop_on_error: false });
  const next = kernel.sendCode("3");
  await kernel.answer(tolerated);
  assert.is((await kernel.answer(next)).reply.status, "ok");
});

test("completion replaces the word at the cursor, counted in code points", async ({ kernel }) => {
  await kernel.run("const makespanMs = 84");
  const code = "'😀'; makespa";
  const { reply } = await kernel.ask("complete_request", { code, cursor_pos: [...code].length });
  assert.equal([reply.matches, reply.cursor_start, reply.cursor_end], [["makespanMs"], 5, 12]);
});

test("inspection gives type and doc comment, also inside the parentheses of a call", async ({ kernel }) => {
  await kernel.run("/** Doubles a number. */\nfunction doubled(n: number) { return 2 * n; }");
  for (const code of ["doubled", "doubled(", "1 + doubled(2"]) {
    const { reply } = await kernel.ask("inspect_request", { code, cursor_pos: code.length, detail_level: 0 });
    const text = (reply.data as Record<string, string>)["text/plain"]!;
    assert.match(text, "function doubled(n: number): number", code);
    assert.match(text, "Doubles a number.");
  }
  const { reply } = await kernel.ask("inspect_request", { code: "   ", cursor_pos: 1, detail_level: 0 });
  assert.equal([reply.status, reply.found, reply.data], ["ok", false, {}]);
});

test("name? opens the pager", async ({ kernel }) => {
  const { reply, messages } = await kernel.run("doubled?");
  const [page] = reply.payload as { source: string; data: Record<string, string> }[];
  assert.is(page!.source, "page");
  assert.match(page!.data["text/plain"]!, "Doubles a number.");
  assert.equal(types(messages), ["status", "execute_input", "status"]);
});

test("there are no comms: asked for them the kernel says so, opened ones it closes", async ({ kernel }) => {
  assert.equal((await kernel.ask("comm_info_request", {})).reply, { status: "ok", comms: {} });
  const id = kernel.send("comm_open", { comm_id: "c1", target_name: "jupyter.widget", data: {} });
  await kernel.until(() => types(kernel.published(id)).includes("comm_close"));
});

test("an unknown type of request is answered with an error", async ({ kernel }) => {
  const { reply } = await kernel.ask("dance_request");
  assert.equal([reply.status, reply.ename], ["error", "UnknownMessageType"]);
  assert.is((await kernel.run("1")).reply.status, "ok");
});

test("the main thread works for one request at a time, whichever channel it came by", async ({ kernel }) => {
  const first = kernel.sendCode("await new Promise(resolve => setTimeout(resolve, 200)); 'first'");
  const others = [
    kernel.send("comm_info_request", {}, "control"),
    kernel.send("execute_request", { code: "'second'", silent: false }, "control"),
    kernel.send("complete_request", { code: "Mat", cursor_pos: 3 }, "control"),
  ];
  for (const id of [first, ...others]) assert.is((await kernel.answer(id)).reply.status, "ok");
  assert.equal((kernel.soFar(first).outputs.at(-1) as { data: unknown }).data, { "text/plain": "'first'" });
});

test("the control channel answers while a cell computes", async ({ kernel }) => {
  const id = kernel.sendCode("const until = Date.now() + 1000; while (Date.now() < until);");
  const info = kernel.send("kernel_info_request", {}, "control");
  await kernel.until(() => kernel.replyTo(info) !== undefined);
  assert.is(kernel.replyTo(id), undefined);
  assert.is((kernel.replyTo(info)!.language_info as { name: string }).name, "typescript");
  await kernel.answer(id);
});

test("a rejection nobody handles fails the cell that made it", async ({ kernel }) => {
  const { reply, outputs } = await kernel.run("void Promise.reject(new Error('floating')); 1");
  assert.equal([reply.status, reply.evalue], ["error", "floating"]);
  assert.is(outputs.at(-1)!.output_type, "error");
});

test("an error after a cell's end is shown under that cell and named where somebody looks", async ({ kernel }) => {
  const first = await kernel.run("setTimeout(() => { throw new Error('from a timer') }, 200); 1");
  assert.is(first.reply.status, "ok");
  const second = await kernel.run("await new Promise(later => setTimeout(later, 600)); 'fine'");
  assert.is(second.reply.status, "ok");
  const late = kernel.soFar(first.id).outputs.at(-1) as unknown as { evalue: string; traceback: string[] };
  assert.is(late.evalue, "from a timer");
  assert.match(late.traceback.join("\n"), `cell-${first.reply.execution_count}.ts:1:26`);
  assert.is(
    printed(second.outputs, "stderr"),
    `cell-${first.reply.execution_count}.ts failed after it had ended: Error: from a timer\n`,
  );
});

test("late output goes to the cell it comes from", async ({ kernel }) => {
  const first = await kernel.run("setTimeout(() => console.log('from the first'), 150); 1");
  const second = await kernel.run("await new Promise(later => setTimeout(later, 400)); console.log('second')");
  assert.is(printed(kernel.soFar(first.id).outputs), "from the first\n");
  assert.is(printed(second.outputs), "second\n");
});

test("process.exit, process.abort and process.exitCode fail the cell, and the kernel lives on", async ({ kernel }) => {
  const exit = await kernel.run("process.exit(3)");
  assert.equal([exit.reply.ename, exit.reply.status], ["ProcessExit", "error"]);
  const caught = await kernel.run("try { process.exit(0) } catch {}\n1");
  assert.is(caught.reply.ename, "ProcessExit");
  assert.is((await kernel.run("process.abort()")).reply.evalue, "process.abort() was called; the kernel keeps running");
  const code = await kernel.run("process.exitCode = 4;\nconsole.log('on')");
  assert.equal([code.reply.ename, printed(code.outputs)], ["ProcessExit", "on\n"]);
  assert.is((await kernel.run("process.exitCode ?? 'none'")).reply.status, "ok");
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

test("in a folder without packages the kernel's own library and tslab are there, and local modules are seen", () =>
  inTempFolder(async folder => {
    const kernel = await LiveKernel.start(labKernel, folder);
    // a module is found as soon as it is there
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

test("restart and shutdown are confirmed on the channel they came by and on iopub", async () => {
  const kernel = await LiveKernel.start();
  const id = kernel.send("shutdown_request", { restart: true }, "control");
  await kernel.until(() => kernel.messages.filter(m => m.parent === id && m.type === "shutdown_reply").length === 2);
  assert.equal(kernel.replyTo(id), { status: "ok", restart: true });
  assert.is(await kernel.process.ended, "ended with exit code 0");
  await kernel.stop();
});

test("the kernel stays where it was started", async ({ kernel }) => {
  const { outputs } = await kernel.run("process.cwd()");
  assert.equal((outputs[0] as { data: unknown }).data, { "text/plain": `'${process.cwd()}'` });
});

test("a kernel whose frontend is gone ends by itself", () =>
  inTempFolder(async folder => {
    // the frontend is a node process that starts the kernel and is killed
    const script = `
      const { spawn } = require("node:child_process");
      const kernel = spawn(process.argv[1], process.argv.slice(2), {
        stdio: "ignore", detached: true, env: { ...process.env, JPY_PARENT_PID: String(process.pid) } });
      console.log(kernel.pid);
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 700);`;
    const file = join(folder, "connection.json");
    const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
    writeFileSync(file, JSON.stringify({ transport: "ipc", ip: join(folder, "k"), key: "k", ...ports }));
    const argv = labKernel.argv.map(word => word.replace("{connection_file}", file));
    const { stdout } = spawnSync(process.execPath, ["-e", script, "--", ...argv], { encoding: "utf8" });
    const pid = Number(stdout);
    assert.ok(pid > 1, stdout);
    const alive = () => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    };
    const deadline = performance.now() + 20_000;
    while (alive() && performance.now() < deadline) await new Promise(resolve => setTimeout(resolve, 50));
    assert.is(alive(), false);
  }));

test.run();
