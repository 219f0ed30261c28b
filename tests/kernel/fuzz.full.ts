/** 5,000 random messages and bundles: after any of them, the kernel answers a trivial cell. */
import { createHmac, randomUUID } from "node:crypto";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadZeroMq } from "../../src/jupyter/client.js";
import { LiveKernel } from "./live-kernel.js";

const test = suite("5,000 random messages and bundles");

const seed = 20261126;
const types = [
  "execute_request",
  "complete_request",
  "inspect_request",
  "is_complete_request",
  "history_request",
  "comm_info_request",
  "comm_open",
  "comm_msg",
  "comm_close",
  "kernel_info_request",
  "interrupt_request",
  "input_reply",
  "dance_request",
  "",
];
const fields = [
  "code",
  "cursor_pos",
  "silent",
  "user_expressions",
  "allow_stdin",
  "comm_id",
  "target_name",
  "data",
  "n",
];
const content = fc.oneof(
  fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 }),
  fc.record({ code: fc.oneof(fc.string(), fc.constantFrom("1", "throw 1", "(", "n?", "let = ;", "import 'nope'")) }),
);

/** Messages that are sent between two checks. */
const batch = 100;

/**
 * Runs a cell after a batch of messages. The protocol aborts a cell that waits behind one that fails, and an interrupt ends it;
 * each message of the batch may do so once.
 */
async function answersAfterwards(kernel: LiveKernel): Promise<void> {
  for (let disturbed = 0; disturbed <= batch; disturbed++) {
    const { reply, outputs } = await kernel.run("6 * 7");
    if (reply.status === "aborted" || reply.ename === "KeyboardInterrupt") continue;
    assert.is(reply.status, "ok", String(reply.evalue));
    assert.equal((outputs.at(-1) as { data: unknown }).data, { "text/plain": "42" });
    return;
  }
  assert.unreachable("the cell was aborted more often than there were messages");
}

test("2,500 messages of every type, whole and broken, on shell, control and stdin", async () => {
  const kernel = await LiveKernel.start();
  const zmq = await loadZeroMq();
  const { ip, key, shell_port, control_port, stdin_port } = kernel.connection;
  const sockets = [shell_port, control_port, stdin_port].map(port => {
    const socket = new zmq.Dealer({ linger: 0, sendHighWaterMark: 0 });
    socket.connect(`tcp://${ip}:${port}`);
    return socket;
  });
  const message = fc.record({
    type: fc.constantFrom(...types),
    content,
    channel: fc.integer({ min: 0, max: 2 }),
    broken: fc.option(fc.uint8Array({ maxLength: 40 }), { freq: 4 }),
    buffers: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 2 }),
  });
  let sent = 0;
  for (const each of fc.sample(message, { seed, numRuns: 2500 })) {
    const header = { msg_id: randomUUID(), session: "f", username: "f", date: "", msg_type: each.type, version: "5.4" };
    const parts: (string | Uint8Array)[] = [header, {}, {}, each.content].map(part => JSON.stringify(part));
    if (each.broken !== null) parts[sent % 4] = each.broken;
    const hmac = createHmac("sha256", key);
    for (const part of parts) hmac.update(part);
    await sockets[each.channel]!.send(["<IDS|MSG>", hmac.digest("hex"), ...parts, ...each.buffers] as never);
    if (++sent % batch === 0) await answersAfterwards(kernel);
  }
  assert.is(sent, 2500);
  for (const socket of sockets) socket.close();
  await kernel.stop();
});

test("2,500 bundles, values and comm messages that JSON may not carry", async () => {
  const kernel = await LiveKernel.start();
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }).map(each => JSON.stringify(each)),
    fc.constantFrom(
      "1n",
      "circle",
      "undefined",
      "NaN",
      "() => 1",
      "Symbol('s')",
      "new Map([[1, 1n]])",
      "new Date(NaN)",
    ),
    fc.constantFrom(
      "{ toJSON() { throw new Error('no') } }",
      "new Proxy({}, { ownKeys() { throw 1 } })",
      "new Uint8Array(3)",
    ),
    fc.constantFrom(
      "Object.create(null)",
      "{ get a() { throw 2 } }",
      "[1n]",
      "new Error('e')",
      "process",
      "globalThis",
    ),
  );
  const code = fc
    .tuple(value, value, fc.integer({ min: 0, max: 6 }))
    .map(
      ([a, b, kind]) =>
        [
          `sink.display({ 'application/json': ${a}, 'text/plain': 'x' }, { metadata: ${b} as any })`,
          `sink.update(${a} as any, { 'text/html': ${b} })`,
          `sink.display(${a} as any)`,
          `({ [Symbol.for('rund-lab.mime')]: () => (${a}) })`,
          `sink.comms.open(${a} as any, ${b} as any)`,
          `sink.comms.open('t', {}).send(${a} as any, { metadata: ${b} as any })`,
          `throw ${a}`,
        ][kind]!,
    );
  const { reply } = await kernel.run(
    "const sink = (globalThis as any)[Symbol.for('rund-lab.display')];\nconst circle: any = {}; circle.circle = circle;",
  );
  assert.is(reply.status, "ok");
  let sent = 0;
  for (const each of fc.sample(code, { seed, numRuns: 2500 })) {
    const { reply: answered } = await kernel.run(each);
    assert.ok(answered.status === "ok" || typeof answered.ename === "string", each);
    kernel.messages.length = 0;
    if (++sent % batch === 0) await answersAfterwards(kernel);
  }
  await answersAfterwards(kernel);
  await kernel.stop();
});

test.run();
