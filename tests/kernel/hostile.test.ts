import { spawnSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadZeroMq } from "../../src/jupyter/client.js";
import { kernelArgv } from "../../src/kernel/spec.js";
import { inTempFolder } from "../support/temp.js";
import { LiveKernel, labKernel, printed } from "./live-kernel.js";

const test = suite("a kernel among bad messages");

test("truncated or garbled messages, and those signed with another key, are ignored and logged; the kernel keeps running", async () => {
  const kernel = await LiveKernel.start();
  const zmq = await loadZeroMq();
  const stranger = new zmq.Dealer({ linger: 0 });
  stranger.connect(`tcp://127.0.0.1:${kernel.connection.shell_port}`);
  const header = {
    msg_id: randomUUID(),
    msg_type: "execute_request",
    session: "s",
    username: "u",
    date: "",
    version: "5.4",
  };
  const parts = [header, {}, {}, { code: "process.kill(process.pid, 'SIGKILL')" }].map(part => JSON.stringify(part));
  const signed = (key: string, of: readonly string[]) => createHmac("sha256", key).update(of.join("")).digest("hex");
  await stranger.send(["<IDS|MSG>", signed("wrong", parts), ...parts]);
  await stranger.send(["<IDS|MSG>", "", ...parts]);
  await stranger.send(["<IDS|MSG>", signed(kernel.connection.key, parts.slice(0, 2)), ...parts.slice(0, 2)]);
  await stranger.send(["nothing", "of", "this"]);
  await stranger.send([""]);
  const garbled = ["{", "{}", "{}", "{}"];
  await stranger.send(["<IDS|MSG>", signed(kernel.connection.key, garbled), ...garbled]);
  const { reply } = await kernel.run("'alive'");
  assert.is(reply.status, "ok");
  await kernel.until(() => true);
  const log = kernel.process.log();
  for (const reason of ["wrong signature", "truncated: 2 of 4 parts", "no <IDS|MSG> delimiter", "part 1 is not JSON"]) {
    assert.match(log, `a message on shell is ignored: ${reason}`);
  }
  stranger.close();
  await kernel.stop();
});

test("requests with fields of a wrong type get a reply, and the kernel keeps running", async () => {
  const kernel = await LiveKernel.start();
  assert.is((await kernel.ask("execute_request", { code: 5 })).reply.ename, "BadRequest");
  assert.is((await kernel.ask("complete_request", { code: null, cursor_pos: "x" })).reply.status, "ok");
  assert.is((await kernel.ask("inspect_request", { code: "abc", cursor_pos: 1e9 })).reply.status, "ok");
  assert.is((await kernel.ask("is_complete_request", {})).reply.status, "complete");
  assert.equal((await kernel.ask("history_request", { hist_access_type: 5 })).reply.history, []);
  assert.is((await kernel.run("1", { user_expressions: { a: 5 as unknown as string } })).reply.status, "ok");
  await kernel.stop();
});

test("the heartbeat answers while a cell computes", async () => {
  const kernel = await LiveKernel.start();
  const zmq = await loadZeroMq();
  const heart = new zmq.Request({ linger: 0, receiveTimeout: 3000 });
  heart.connect(`tcp://127.0.0.1:${kernel.connection.hb_port}`);
  const id = kernel.sendCode("console.log('on'); const end = Date.now() + 1500; while (Date.now() < end);");
  await kernel.until(() => printed(kernel.soFar(id).outputs) === "on\n");
  for (let beat = 0; beat < 5; beat++) {
    await heart.send(`beat ${beat}`);
    assert.is(String((await heart.receive())[0]), `beat ${beat}`);
  }
  assert.is(kernel.replyTo(id), undefined);
  heart.close();
  await kernel.answer(id);
  await kernel.stop();
});

test("outputs of 50 MB arrive, as text and as a picture", async () => {
  const kernel = await LiveKernel.start();
  const text = await kernel.run("console.log('x'.repeat(50_000_000))");
  assert.is(printed(text.outputs).length, 50_000_001);
  const picture = await kernel.run(
    "(globalThis as any)[Symbol.for('rund-lab.display')].display({ 'image/png': new Uint8Array(37_500_000) })",
  );
  assert.is((picture.outputs[0] as { data: Record<string, string> }).data["image/png"]!.length, 50_000_000);
  await kernel.stop();
});

test("a cell that uses up memory ends with an error that says so, and variables are kept", async () => {
  const env = { NODE_OPTIONS: "--max-old-space-size=200" };
  const kernel = await LiveKernel.start({ ...labKernel, env });
  await kernel.run("const kept = 41");
  const { reply } = await kernel.run(
    "const hog: number[][] = [];\nfor (;;) hog.push(new Array(1000).fill(hog.length))",
  );
  assert.is(reply.ename, "OutOfMemory");
  assert.match(String(reply.evalue), /nearly used up.*--max-old-space-size/s);
  await kernel.run("hog.length = 0");
  const { outputs } = await kernel.run("kept + 1");
  assert.equal((outputs[0] as { data: unknown }).data, { "text/plain": "42" });
  await kernel.stop();
});

test("a statement `debugger` stops nothing", async () => {
  const kernel = await LiveKernel.start();
  assert.is((await kernel.run("debugger;\n1")).reply.status, "ok");
  await kernel.stop();
});

test("a kernel that cannot start reports the reason and ends", () =>
  inTempFolder(folder => {
    const start = (file: string | undefined) => {
      const [node, ...words] = kernelArgv().slice(0, -1);
      const { status, stderr } = spawnSync(node!, file === undefined ? words : [...words, file], {
        encoding: "utf8",
        timeout: 20_000,
      });
      return [status, stderr.split("\n")[0]];
    };
    const file = join(folder, "connection.json");
    const missing = start(file);
    assert.is(missing[0], 4);
    assert.match(String(missing[1]), "expected a connection file (JSON), found ENOENT");
    writeFileSync(file, JSON.stringify({ ip: "127.0.0.1", key: 1 }));
    assert.equal(start(file), [4, `${file}: expected text in key, found 1`]);
    assert.is(start(undefined)[0], 2);
  }));

test("a kernel whose port is in use logs the port and ends", async () => {
  const kernel = await LiveKernel.start();
  await inTempFolder(folder => {
    const file = join(folder, "connection.json");
    writeFileSync(file, JSON.stringify({ transport: "tcp", ...kernel.connection }));
    const [node, ...words] = kernelArgv().slice(0, -1);
    // the log goes to a file, because the kernel cannot reopen a socket, which node uses for pipes
    const log = join(folder, "log");
    spawnSync("sh", ["-c", 'exec "$0" "$@" 2> "$LOG"', node!, ...words, file], {
      timeout: 20_000,
      env: { ...process.env, LOG: log },
    });
    assert.match(
      spawnSync("cat", [log], { encoding: "utf8" }).stdout,
      /cannot listen on tcp:.*Address already in use/i,
    );
  });
  assert.is((await kernel.run("1")).reply.status, "ok");
  await kernel.stop();
});

test.run();
