import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LiveKernel } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel }>("requests to the kernel");

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

test("name? and ?name open the pager", async ({ kernel }) => {
  await Promise.all(["doubled?", "?doubled", "??doubled"].map(code => opensPager(kernel, code)));
});

async function opensPager(kernel: LiveKernel, code: string): Promise<void> {
  const { reply, messages } = await kernel.run(code);
  const [page] = reply.payload as { source: string; data: Record<string, string> }[];
  assert.is(page!.source, "page");
  assert.match(page!.data["text/plain"]!, "Doubles a number.");
  assert.equal(types(messages), ["status", "execute_input", "status"]);
}

test("without comms, comm_info is empty, and a comm with an unknown target is closed", async ({ kernel }) => {
  assert.equal((await kernel.ask("comm_info_request", {})).reply, { status: "ok", comms: {} });
  const id = kernel.send("comm_open", { comm_id: "c1", target_name: "jupyter.widget", data: {} });
  await kernel.until(() => types(kernel.published(id)).includes("comm_close"));
});

test("an unknown type of request is answered with an error", async ({ kernel }) => {
  const { reply } = await kernel.ask("dance_request");
  assert.equal([reply.status, reply.ename], ["error", "UnknownMessageType"]);
  assert.is((await kernel.run("1")).reply.status, "ok");
});

test("the main thread works for one request at a time, from either channel", async ({ kernel }) => {
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

test.run();
