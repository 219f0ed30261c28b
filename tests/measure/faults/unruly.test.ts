import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FailedSample, RoundEvent } from "../../../src/campaign-files/events.js";
import { LabError } from "../../../src/model/errors.js";
import { inTempFolder } from "../../support/temp.js";
import { type Misdeed, measureOnUnruly } from "./unruly-service.js";

const test = suite("a campaign on a CRI service that misbehaves");

/** Does something to the sandbox of one client of one round, and nothing to prewarm sandboxes. */
const once =
  (round: number, client: number, misdeed: Misdeed) => (_: number, labels: Readonly<Record<string, string>>) =>
    labels["rund-lab.role"] === "test" &&
    labels["rund-lab.round"] === String(round) &&
    labels["rund-lab.client"] === String(client)
      ? misdeed
      : undefined;

const failures = (rounds: readonly RoundEvent[]) =>
  rounds.flatMap(({ samples }) => samples.filter((sample): sample is FailedSample => sample.status !== "ready"));

test("a sandbox that dies after READY is not a cold start: its outcome is died, and the round is partial", () =>
  inTempFolder(async folder => {
    const run = once(1, 2, { kind: "dies" });
    const { error, rounds, cells, read, server } = await measureOnUnruly(folder, { run }, {});
    assert.is(error, undefined);
    const [first, second] = rounds;
    assert.is(first?.makespanMs, null);
    assert.equal(first?.flags.filter(flag => flag === "partial" || flag === "sandbox-died").sort(), [
      "partial",
      "sandbox-died",
    ]);
    const [died] = failures(rounds);
    assert.equal([died?.status, died?.reason, died?.client, failures(rounds).length], ["died", "died", 2, 1]);
    assert.match(died?.message ?? "", /^ready after \d+\.\d ms, but gone when the round ended$/);
    assert.ok(second?.makespanMs !== null);
    assert.equal([cells[0]?.rounds, cells[0]?.partial, cells[0]?.failed], [1, 1, 1]);
    assert.match(read("samples.csv"), /,2,died,\d+\.\d{3},\d+\.\d{3},died,/);
    assert.is(server.sandboxes.size, 0);
  }));

test("if every sandbox dies after READY, no round is complete", () =>
  inTempFolder(async folder => {
    const { rounds, cells } = await measureOnUnruly(folder, { run: () => ({ kind: "dies" }) }, {});
    assert.is(failures(rounds).length, 6);
    assert.equal([cells[0]?.rounds, cells[0]?.makespanMs, cells[0]?.result], [0, null, "no complete round"]);
  }));

test("a runtime whose idle sandbox dies is refused, and nothing is measured", () =>
  inTempFolder(async folder => {
    const timing = { quietLimitMs: 0, idleMs: 0, settleMs: 20, keepMs: 500 };
    const { error, rounds, server } = await measureOnUnruly(folder, { run: () => ({ kind: "dies" }) }, {}, { timing });
    assert.ok(error instanceof LabError, String(error));
    assert.is(error.code, "RUND_RUNTIME_DIES");
    assert.equal(rounds, []);
    assert.is(server.sandboxes.size, 0);
    const dead = await measureOnUnruly(folder, { run: () => ({ kind: "dead" }) }, { timeout: 1 }, { timing });
    assert.ok(dead.error instanceof LabError, String(dead.error));
    assert.is(dead.error.code, "RUND_RUNTIME_DIES");
    assert.match(dead.error.message, "found created, but not ready within 1000 ms");
    const patient = await measureOnUnruly(folder, {}, {}, { timing });
    assert.equal([patient.error, patient.cells[0]?.rounds], [undefined, 2]);
  }));

test("the service's own timeout is not ours, and its message is kept", () =>
  inTempFolder(async folder => {
    const message = "failed to create shim task: context deadline exceeded\ngoroutine 1 [running]:\nmain.main()";
    const run = once(1, 1, { kind: "error", code: 4, message });
    const { rounds, cells } = await measureOnUnruly(folder, { run }, { timeout: 10 });
    const [failed] = failures(rounds);
    assert.equal([failed?.status, failed?.reason], ["failed", "service-timeout"]);
    assert.ok(failed!.message.endsWith(message));
    assert.ok(failed!.endedMs - failed!.sentMs < 5_000);
    assert.match(cells[0]?.firstFailure ?? "", /RunPodSandbox: failed to create shim task: context deadline exceeded$/);
  }));

test("our own deadline is a timeout, and a sandbox that appears after it is removed", () =>
  inTempFolder(async folder => {
    const run = once(1, 1, { kind: "lost-answer" });
    const { rounds, server, error } = await measureOnUnruly(folder, { run }, { timeout: 1, rounds: 1 });
    assert.is(error, undefined);
    const [failed] = failures(rounds);
    assert.equal([failed?.status, failed?.reason, failed?.sandbox], ["timeout", "timeout", null]);
    assert.match(failed?.message ?? "", /no answer within 1000 ms/);
    assert.is(server.sandboxes.size, 0);
  }));

test("a request that hangs is a timeout of its own client only", () =>
  inTempFolder(async folder => {
    const run = once(1, 3, { kind: "hang" });
    const { rounds } = await measureOnUnruly(folder, { run }, { timeout: 1, rounds: 1 });
    assert.equal(
      rounds[0]?.samples.map(({ status }) => status),
      ["ready", "ready", "timeout"],
    );
  }));

test("an answer without an id is a failure, and no stop or remove is sent for it", () =>
  inTempFolder(async folder => {
    const run = once(1, 1, { kind: "no-id" });
    const { rounds, server } = await measureOnUnruly(folder, { run }, { rounds: 1 });
    const [failed] = failures(rounds);
    assert.equal([failed?.status, failed?.sandbox], ["failed", null]);
    assert.match(failed?.message ?? "", /an answer without an id/);
    assert.not(server.touched.has(""));
    assert.is(server.sandboxes.size, 0);
  }));

test("15,000 foreign sandboxes in the list of a service that ignores the filter are reported, and none is touched", () =>
  inTempFolder(async folder => {
    const manners = { ignoresFilter: true, foreign: 15_000 };
    const { error, server, warnings, events, cells } = await measureOnUnruly(folder, manners, {});
    assert.is(error, undefined);
    assert.is(cells[0]?.rounds, 2);
    assert.equal(
      [...server.touched].filter(id => id.startsWith("foreign")),
      [],
    );
    assert.is(server.sandboxes.size, 0);
    assert.match(warnings.join(), /lists 15000 sandboxes of others/);
    const [session] = events;
    assert.is(session?.event === "session" ? session.foreign : undefined, 15_000);
  }));

test("a sandbox that is not ready in every second list does not count as dead", () =>
  inTempFolder(async folder => {
    const { rounds, cells } = await measureOnUnruly(folder, { flaps: true }, {});
    assert.equal(failures(rounds), []);
    assert.is(cells[0]?.rounds, 2);
  }));

test("a service that refuses every removal ends the campaign, with the service's reason", () =>
  inTempFolder(async folder => {
    const { error, rounds } = await measureOnUnruly(folder, { keeps: true }, { timeout: 5 });
    assert.ok(error instanceof LabError, String(error));
    assert.is(error.code, "RUND_LEFTOVERS");
    assert.match(error.message, /device or resource busy/);
    // the measured round is on disk before the error
    assert.is(rounds.length, 1);
  }));

test.run();
