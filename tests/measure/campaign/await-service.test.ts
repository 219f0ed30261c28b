import { suite } from "uvu";
import * as assert from "uvu/assert";
import { awaitService } from "../../../src/measure/campaign/service/await-service.js";
import { CriError } from "../../../src/measure/cri/grpc/errors.js";

const test = suite("a service that is still starting");
const endpoint = "unix:///run/x.sock";
const refused = () => new CriError("unavailable", 14, "x", "connect ECONNREFUSED /run/x.sock");
const early = () => new CriError("other", 2, "x", "server is not initialized yet");

/** Fails so often, and then answers with the number of calls. */
function failing(times: number, error: () => Error) {
  let calls = 0;
  return async () => {
    if (++calls <= times) throw error();
    return calls;
  };
}

test("a service is waited for while it is not initialized, or refuses connections although its process exists", async () => {
  assert.is(await awaitService(failing(3, early), endpoint), 4);
  assert.is(
    await awaitService(
      failing(2, refused),
      endpoint,
      () => {},
      () => true,
    ),
    3,
  );
});

test("a service without a process, or with any other failure, is an error at once", async () => {
  const dead = failing(1, refused);
  await awaitService(
    dead,
    endpoint,
    () => {},
    () => false,
  ).then(
    () => assert.unreachable(),
    error => assert.is(error.reason, "unavailable"),
  );
  assert.is(await dead(), 2, "it was asked once");
  const missing = failing(1, () => new CriError("unavailable", 14, "x", "connect ENOENT /run/x.sock"));
  await awaitService(missing, endpoint).then(
    () => assert.unreachable(),
    error => assert.match(error.message, "ENOENT"),
  );
});

test("a service that never becomes ready is an error with its own message after the deadline", async () => {
  await awaitService(
    failing(1_000, early),
    endpoint,
    () => {},
    () => true,
    250,
  ).then(
    () => assert.unreachable(),
    error => assert.match(error.message, "not initialized yet"),
  );
});

test.run();
