import { createServer, type Http2Server, type ServerHttp2Stream, type Settings } from "node:http2";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { GrpcFailure, UnaryChannel } from "../../../../src/measure/cri/grpc/unary-channel.js";
import { until } from "../../../support/child-command.js";
import { inTempFolder } from "../../../support/temp.js";

const test = suite("calls over HTTP/2, against Node's own server");

const path = "/runtime.v1.RuntimeService/Version";
const patient = { timeoutMs: 20_000, signal: undefined };

/** Runs a test on a channel to a server that answers each call with `answer`, given the request's whole body. */
async function served(
  { settings = {}, answer }: { settings?: Settings; answer: (stream: ServerHttp2Stream, body: Buffer) => void },
  work: (channel: UnaryChannel, server: Http2Server) => Promise<void>,
): Promise<void> {
  await inTempFolder(async folder => {
    const server = createServer({ settings });
    const sessions = new Set<{ destroy(): void }>();
    server.on("session", session => sessions.add(session));
    server.on("stream", (stream: ServerHttp2Stream) => {
      const pieces: Buffer[] = [];
      stream.on("error", () => {});
      stream.on("data", (piece: Buffer) => pieces.push(piece));
      stream.on("end", () => answer(stream, Buffer.concat(pieces)));
    });
    const socket = join(folder, "grpc.sock");
    await new Promise<void>(resolve => server.listen(socket, resolve));
    const channel = new UnaryChannel(socket);
    try {
      await work(channel, server);
    } finally {
      channel.close();
      for (const session of sessions) session.destroy();
      server.close();
    }
  });
}

/** Answers with a message, as gRPC does. */
function respond(stream: ServerHttp2Stream, framedMessage: Buffer, trailers: Record<string, string> = {}): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": "", ...trailers }));
  stream.end(framedMessage);
}

const failure = async (call: Promise<unknown>): Promise<GrpcFailure> => {
  const error = await call.then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.instance(error, GrpcFailure);
  return error as GrpcFailure;
};

test("400 calls at once, with more bytes than the service accepts at a time, each get their own answer", () =>
  served({ answer: respond }, async channel => {
    const messages = Array.from({ length: 400 }, (_, index) => Buffer.alloc(600, `${index} `));
    const answers = await Promise.all(messages.map(message => channel.call(path, message, patient)));
    assert.ok(answers.every((answer, index) => answer.equals(messages[index]!)));
  }));

test("a message of a megabyte is sent and received in pieces", () =>
  served({ answer: respond }, async channel => {
    const message = Buffer.alloc(2 ** 20, "0123456789abcde");
    assert.ok((await channel.call(path, message, patient)).equals(message));
  }));

test("a service that accepts two calls at a time and small windows gets no more", () =>
  served(
    { settings: { maxConcurrentStreams: 2, initialWindowSize: 100 }, answer: respond },
    async (channel, server) => {
      let most = 0;
      let now = 0;
      server.on("stream", (stream: ServerHttp2Stream) => {
        most = Math.max(most, ++now);
        stream.on("close", () => now--);
      });
      // the first call brings the settings
      await channel.call(path, Buffer.from("first"), patient);
      const messages = Array.from({ length: 20 }, (_, index) => Buffer.alloc(1_000, `${index} `));
      const answers = await Promise.all(messages.map(message => channel.call(path, message, patient)));
      assert.ok(answers.every((answer, index) => answer.equals(messages[index]!)));
      assert.is(most, 2);
    },
  ));

test("a gRPC error arrives with its code and message, long and in any script", () =>
  served(
    {
      answer: (stream, body) =>
        respond(stream, Buffer.alloc(0), {
          "grpc-status": "2",
          "grpc-message": encodeURIComponent(body.subarray(5).toString("utf8")),
        }),
    },
    async channel => {
      for (const message of ["no runtime for “x” is configured", "~^|{}<>\\ \u0000\u00ff 猫", "long ".repeat(2_000)]) {
        const { code, message: found } = await failure(channel.call(path, Buffer.from(message), patient));
        assert.equal([code, found], [2, message]);
      }
    },
  ));

test("a call that is cancelled or times out ends at once and resets its stream; other calls continue", async () => {
  const reset: number[] = [];
  await served(
    {
      answer: (stream, body) => {
        stream.on("close", () => reset.push(stream.rstCode));
        if (body.includes("answer")) respond(stream, body);
      },
    },
    async channel => {
      const controller = new AbortController();
      const silent = failure(channel.call(path, Buffer.from("silent"), { ...patient, signal: controller.signal }));
      const late = failure(channel.call(path, Buffer.from("late"), { timeoutMs: 30, signal: undefined }));
      assert.is((await late).code, 4);
      controller.abort();
      assert.is((await silent).code, 1);
      assert.is(String(await channel.call(path, Buffer.from("answer"), patient)), "answer");
      await until(() => reset.filter(code => code === 8).length === 2, "the service is not told of both");
    },
  );
});

test("a reset stream, or an answer without gRPC, is a failure with the reason", () =>
  served(
    {
      answer: (stream, body) => {
        if (body.includes("reset")) stream.close(11);
        else stream.respond({ ":status": 503 }, { endStream: true });
      },
    },
    async channel => {
      const reset = await failure(channel.call(path, Buffer.from("reset"), patient));
      assert.equal([reset.code, reset.message], [14, "the service ended the request with HTTP/2 code 11"]);
      const other = await failure(channel.call(path, Buffer.from("other"), patient));
      assert.match(other.message, "HTTP status of 503");
    },
  ));

test("after GOAWAY, calls in flight still complete, and the next call connects again", async () => {
  let held: (() => void) | undefined;
  await served(
    {
      answer: (stream, body) => {
        if (!body.includes("hold")) return respond(stream, body);
        held = () => respond(stream, body);
        stream.session!.goaway();
      },
    },
    async (channel, server) => {
      let sessions = 0;
      server.on("session", () => sessions++);
      const first = channel.call(path, Buffer.from("hold"), patient);
      await until(() => held !== undefined, "the first call does not arrive");
      for (let call = 0; call < 100 && sessions < 2; call++) {
        // a call that is sent before GOAWAY arrives is one that the service has not seen
        await channel.call(path, Buffer.from("next"), patient).catch(({ code }) => assert.is(code, 14));
      }
      assert.is(sessions, 2);
      held!();
      assert.is(String(await first), "hold");
    },
  );
});

test("a broken connection ends every call on it, and the next call connects again", () =>
  served(
    {
      answer: (stream, body) => {
        if (body.includes("break")) stream.session!.destroy();
        else if (body.includes("answer")) respond(stream, body);
      },
    },
    async channel => {
      const calls = ["silent", "silent", "break"].map(word => failure(channel.call(path, Buffer.from(word), patient)));
      for (const { code } of await Promise.all(calls)) assert.is(code, 14);
      assert.is(String(await channel.call(path, Buffer.from("answer"), patient)), "answer");
    },
  ));

test.run();
