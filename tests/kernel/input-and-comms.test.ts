import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient, type KernelMessage, loadZeroMq } from "../../src/jupyter/client.js";
import { LiveKernel, printed } from "./live-kernel.js";

const test = suite<{ kernel: LiveKernel }>("input and comms");

test.before(async context => {
  context.kernel = await LiveKernel.start();
});
test.after(context => context.kernel.stop());

const shown = ({ outputs }: { outputs: readonly unknown[] }) =>
  (outputs.at(-1) as { data: Record<string, string> }).data["text/plain"];

/** Answers each request for input with the next line, and returns the prompts. */
async function typing(kernel: LiveKernel, id: string, lines: readonly string[]): Promise<string[]> {
  const asked = () => kernel.messages.filter(({ type, parent }) => type === "input_request" && parent === id);
  for (const [at, value] of lines.entries()) {
    await kernel.until(() => asked().length > at, "a request for input", 20_000);
    kernel.client.send("stdin", "input_reply", { status: "ok", value });
  }
  return asked().map(({ content }) => String(content.prompt));
}

test("prompt and confirm ask the front end and wait for its answer", async ({ kernel }) => {
  const id = kernel.sendCode("[prompt('your name?'), prompt('and?', 'nothing'), confirm('sure?')]", {
    allow_stdin: true,
  });
  const asked = await typing(kernel, id, ["Ada", "", "yes"]);
  assert.is(shown(await kernel.answer(id)), "[ 'Ada', 'nothing', true ]");
  assert.equal(asked, ["your name? ", "and? ", "sure? [y/N] "]);
});

test("readline on stdin asks for a line, and timers keep running meanwhile", async ({ kernel }) => {
  const id = kernel.sendCode(
    `import { createInterface } from "node:readline/promises";
let ticks = 0;
const timer = setInterval(() => { if (++ticks === 3) console.log("ticking"); }, 5);
const lines = createInterface({ input: process.stdin });
const answer = await lines.question("");
lines.close(); clearInterval(timer);
answer.toUpperCase()`,
    { allow_stdin: true },
  );
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "ticking\n", "the timer", 20_000);
  await typing(kernel, id, ["ada"]);
  assert.is(shown(await kernel.answer(id)), "'ADA'");
});

test("where input is not accepted, asking fails at once", async ({ kernel }) => {
  for (const code of [
    "prompt('x')",
    "import { createInterface as create } from 'node:readline/promises';\nawait create({ input: process.stdin }).question('')",
  ]) {
    const { reply } = await kernel.run(code, { allow_stdin: false });
    assert.equal([reply.status, reply.ename], ["error", "InputNotAllowed"]);
    assert.match(String(reply.evalue), "the front end accepts no input");
  }
});

test("an interrupt ends a cell that waits for input, and its late answer is dropped", async ({ kernel }) => {
  const id = kernel.sendCode("prompt('late?')", { allow_stdin: true });
  await kernel.until(() => kernel.messages.some(({ type, parent }) => type === "input_request" && parent === id));
  process.kill(kernel.process.pid!, "SIGINT");
  assert.is((await kernel.answer(id)).reply.ename, "KeyboardInterrupt");
  kernel.client.send("stdin", "input_reply", { status: "ok", value: "too late" });
  const next = kernel.sendCode("prompt('now?')", { allow_stdin: true });
  await typing(kernel, next, ["in time"]);
  assert.is(shown(await kernel.answer(next)), "'in time'");
});

test("a comm carries JSON and bytes both ways, and is known while it is open", async ({ kernel }) => {
  const { messages } = await kernel.run(`
    const { comms } = (globalThis as any)[Symbol.for("rund-lab.display")];
    const heard: unknown[] = [];
    const comm = comms.open("test.target", { a: 1 }, { id: "c1", metadata: { version: "2.1.0" }, buffers: [new Uint8Array([1, 2])] });
    comm.received = ({ data, buffers }: any) => { heard.push(data, [...buffers[0]]); comm.send({ got: data.b }); console.log("heard"); };`);
  const opened = messages.find(({ type }) => type === "comm_open")!;
  assert.equal(opened.content, { comm_id: "c1", target_name: "test.target", data: { a: 1 } });
  assert.equal([...opened.buffers[0]!], [1, 2]);
  assert.equal((await kernel.ask("comm_info_request", {})).reply.comms, { c1: { target_name: "test.target" } });
  const id = kernel.client.send("shell", "comm_msg", { comm_id: "c1", data: { b: 2 } }, [new Uint8Array([7])]);
  const idle = () => kernel.published(id).some(({ content }) => content.execution_state === "idle");
  await kernel.until(idle, "the comm's message to be heard", 20_000);
  assert.equal(
    kernel.published(id).map(({ type }) => type),
    ["status", "comm_msg", "stream", "status"],
  );
  assert.is(shown(await kernel.run("heard")), "[ { b: 2 }, [ 7 ] ]");
  const closed = kernel.send("comm_close", { comm_id: "c1", data: {} });
  await kernel.until(() => kernel.published(closed).length === 2);
  assert.equal((await kernel.ask("comm_info_request", {})).reply.comms, {});
});

test("a message for a closed comm changes nothing; an error in a comm's code is shown", async ({ kernel }) => {
  const gone = kernel.send("comm_msg", { comm_id: "gone", data: { method: "update", state: {} } });
  await kernel.until(() => kernel.published(gone).length === 2);
  await kernel.run("comms.open('t', {}, { id: 'c2' }).received = () => { throw new RangeError('in a comm'); }");
  const bad = kernel.send("comm_msg", { comm_id: "c2", data: {} });
  await kernel.until(() => kernel.published(bad).length === 3);
  assert.is(kernel.published(bad)[1]!.content.evalue, "in a comm");
  assert.is((await kernel.run("1")).reply.status, "ok");
});

test("a page that is opened gets the states of all widgets, as both sides have changed them", async ({ kernel }) => {
  await kernel.run(`
    const widget = (state: object, buffers: Uint8Array[] = []) =>
      comms.open("jupyter.widget", { state, buffer_paths: buffers.map(() => ["value"]) }, { metadata: { version: "2.1.0" }, buffers });
    const model = { _model_module: "m", _model_module_version: "*" };
    const slider = widget({ ...model, _model_name: "SliderModel", index: 0, max: 5 });
    const image = widget({ ...model, _model_name: "ImageModel", width: "1" }, [new Uint8Array([1])]);
    const gone = widget({ ...model, _model_name: "GoneModel" });
    gone.close();
    image.send({ method: "update", state: { width: "2" }, buffer_paths: [["value"]] }, { buffers: [new Uint8Array([2, 3])] });`);
  const ids = String(shown(await kernel.run("slider.id + ' ' + image.id")))
    .slice(1, -1)
    .split(" ");
  const [slider, image] = ids as [string, string];
  kernel.send("comm_msg", { comm_id: slider, data: { method: "update", state: { index: 4 } } });
  kernel.send("comm_open", { comm_id: "page", target_name: "jupyter.widget.control", data: {} });
  const asked = kernel.send("comm_msg", { comm_id: "page", data: { method: "request_states" } });
  await kernel.until(() => kernel.published(asked).length === 3, "the states", 20_000);
  const { content, buffers } = kernel.published(asked)[1]!;
  const model = { _model_module: "m", _model_module_version: "*" };
  const kind = (name: string) => ({ model_name: name, model_module: "m", model_module_version: "*" });
  const sliderState = { ...model, _model_name: "SliderModel", index: 4, max: 5 };
  const imageState = { ...model, _model_name: "ImageModel", width: "2" };
  assert.equal(content, {
    comm_id: "page",
    data: {
      method: "update_states",
      states: {
        [slider]: { ...kind("SliderModel"), state: sliderState },
        [image]: { ...kind("ImageModel"), state: imageState },
      },
      buffer_paths: [[image, "value"]],
    },
  });
  assert.equal(
    buffers.map(each => [...each]),
    [[2, 3]],
  );

  const one = kernel.send("comm_msg", { comm_id: slider, data: { method: "request_state" } });
  await kernel.until(() => kernel.published(one).length === 3, "the state", 20_000);
  assert.equal(kernel.published(one)[1]!.content.data, { method: "update", state: sliderState, buffer_paths: [] });
});

test("a client that connects again under its name is answered", async ({ kernel }) => {
  const zmq = await loadZeroMq();
  const connect = (heard: KernelMessage[]) =>
    new KernelClient(zmq, kernel.connection, message => heard.push(message), "the same name");
  const wait = async (heard: KernelMessage[], id: string) => {
    const deadline = performance.now() + 10_000;
    while (!heard.some(({ type, parent }) => type === "kernel_info_reply" && parent === id)) {
      assert.ok(performance.now() < deadline, "no answer");
      await new Promise(resolve => setImmediate(resolve));
    }
  };
  const [first, second]: [KernelMessage[], KernelMessage[]] = [[], []];
  const old = connect(first);
  await wait(first, old.send("shell", "kernel_info_request", {}));
  // the old connection is still open, as after a lost network connection
  const again = connect(second);
  await wait(second, again.send("shell", "kernel_info_request", {}));
  old.close();
  again.close();
});

test.run();
