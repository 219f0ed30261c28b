import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LiveKernel, printed } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel }>("what cells show");

test.before(async context => {
  context.kernel = await LiveKernel.start();
});
test.after(context => context.kernel.stop());

const types = (messages: readonly { type: string }[]) => messages.map(({ type }) => type);

test("output keeps its order, whether the cell, a child process or a descriptor writes it", async ({ kernel }) => {
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

test("a character that is split between two pieces is decoded", async ({ kernel }) => {
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

test("late output goes to the cell it comes from", async ({ kernel }) => {
  const first = await kernel.run("setTimeout(() => console.log('from the first'), 150); 1");
  const second = await kernel.run("await new Promise(later => setTimeout(later, 400)); console.log('second')");
  assert.is(printed(kernel.soFar(first.id).outputs), "from the first\n");
  assert.is(printed(second.outputs), "second\n");
});

test("display, update and clear go to the front end through one sink", async ({ kernel }) => {
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

test("a value with a display method of its own is shown by that", async ({ kernel }) => {
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

test.run();
