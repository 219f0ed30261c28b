import { createServer as createHttp } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listeningPorts } from "../../../src/measure/host/ports.js";
import { retryMs, waitForResponse } from "../../../src/measure/workload/response.js";

const test = suite("the first answer of a process");

const listen = (server: Server, port = 0) =>
  new Promise<number>(resolve =>
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
const close = (server: Server) => new Promise<void>(resolve => server.close(() => resolve()));

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await close(server);
  return port;
}

test("an answer is seen within one retry interval after a process begins to listen", async () => {
  const port = await freePort();
  const server = createServer(socket => socket.destroy());
  const answer = waitForResponse({ host: "127.0.0.1", port, path: null }, new AbortController().signal);
  // several attempts must have failed by then
  await new Promise(resolve => setTimeout(resolve, 10 * retryMs));
  await listen(server, port);
  const listensNs = process.hrtime.bigint();
  const { answeredNs, refusedNs } = await answer;
  await close(server);
  assert.ok(refusedNs !== null && refusedNs < listensNs, "the last refusal came before");
  assert.ok(Number(answeredNs - refusedNs!) / 1e6 < 40 * retryMs, "no attempt is left out on a busy machine");
});

test("only a status from 200 to 299 is an answer", async () => {
  let requests = 0;
  const server = createHttp((_, response) => {
    response.statusCode = ++requests < 3 ? 503 : 204;
    response.end();
  });
  const port = await listen(server);
  const { refusedNs } = await waitForResponse({ host: "127.0.0.1", port, path: "/x" }, new AbortController().signal);
  await close(server);
  assert.is(requests, 3);
  assert.ok(refusedNs !== null);
});

test("without a listener the wait lasts until the signal is aborted", async () => {
  const controller = new AbortController();
  const waiting = waitForResponse({ host: "127.0.0.1", port: await freePort(), path: null }, controller.signal);
  controller.abort();
  await waiting.then(
    () => assert.unreachable("nobody listens"),
    error => assert.is(error.name, "AbortError"),
  );
});

test("the ports on which this machine's processes listen are found", async () => {
  const server = createServer();
  const port = await listen(server);
  assert.ok(listeningPorts().has(port));
  await close(server);
  assert.not.ok(listeningPorts().has(port));
});

test.run();
