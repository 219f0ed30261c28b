import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectApi } from "../../../src/measure/kubernetes/api/api.js";
import { PodWatch } from "../../../src/measure/kubernetes/pods/pod-watch.js";
import { StandInApiServer, starts } from "./api-server.js";

import { one, round, withDriver } from "./on-stand-in.js";

const test = suite("the watch on a cluster's pods");

test("repeated and reordered events do not count twice", () =>
  withDriver(async (server, driver) => {
    server.repeats = true;
    const samples = await round(driver, 20);
    assert.equal(new Set(samples.map(({ client }) => client)).size, 20);
    assert.ok(samples.every(({ status }) => status === "ready"));
  }));

/** What goes wrong with the watch in the middle of a round, 20 ms after its release. */
const gaps: readonly (readonly [string, (server: StandInApiServer) => unknown])[] = [
  ["a connection that breaks", server => server.breakWatches()],
  ["a watch that the server ends", server => server.endWatches()],
  ["a compacted resource version (410)", server => server.compact()],
  ["an API server that restarts", server => server.restart(200)],
];
for (const [what, fault] of gaps) {
  test(`${what} makes the round partial with the reason, and the next round is complete`, () =>
    withDriver(async (server, driver) => {
      server.fate = () => starts(300);
      const broken: Promise<unknown>[] = [];
      const samples = await round(driver, 10, 5_000, () => {
        broken.push(delay(20).then(() => fault(server)));
      });
      await Promise.all(broken);
      assert.equal(new Set(samples.map(({ client }) => client)).size, 10);
      const reasons = new Set(samples.map(each => (each.status === "failed" ? each.reason : each.status)));
      // a server that restarts may take a creation with it
      if (what.includes("restarts")) reasons.delete("unavailable");
      assert.ok(
        [...reasons].every(reason => reason === "watch-gap"),
        [...reasons].join(),
      );
      assert.ok(samples.every(sample => sample.status === "failed" && sample.readyMs === undefined));
      server.fate = () => starts(5);
      const next = await round(driver, 10, 5_000, () => {}, 2);
      assert.ok(next.every(({ status }) => status === "ready"));
    }));
}

test("a broken watch is waited for, and nothing that began before it was open again counts as unbroken", async () => {
  const server = new StandInApiServer();
  const api = connectApi({ context: "", server: await server.listen(), tls: {}, headers: async () => ({}) });
  const watch = new PodWatch(api, "lab", "a=b");
  try {
    await watch.opened(5_000);
    const before = watch.unbroken();
    assert.ok(before());
    const back = server.restart(300);
    while (before()) await nextTurn();
    const within = watch.unbroken();
    await watch.opened(5_000);
    assert.equal([before(), within(), watch.unbroken()()], [false, false, true]);
    await back;
    await server.close();
    while (watch.unbroken()()) await nextTurn();
    await watch.opened(50).then(
      () => assert.unreachable(),
      error => assert.is(error.reason, "unavailable"),
    );
  } finally {
    await watch.close();
    api.close();
  }
});

test("lost events of an open watch are timeouts: each client has a sample, and none counts as ready", () =>
  withDriver(async (server, driver) => {
    server.loses = (type, pod) => type === "MODIFIED" && pod.metadata.name.includes("test-1-2-");
    const samples = await round(driver, 3, 400);
    assert.equal(
      samples.map(({ status }) => status),
      ["ready", "timeout", "ready"],
    );
  }));

test("a change that arrives before the answer to the creation is timed by its own arrival", () =>
  withDriver(async (server, driver) => {
    server.slowAnswerMs = 150;
    const sample = await one(driver);
    assert.ok(sample.status === "ready" && sample.readyMs < sample.answeredMs && sample.readyMs - sample.sentMs < 150);
  }));

test("bookmarks advance the watch and are not changes of a pod", () =>
  withDriver(async (server, driver) => {
    server.fate = () => starts(50);
    const sample = await one(driver, 5_000, () => setTimeout(() => server.bookmark(), 20));
    assert.is(sample.status, "ready");
  }));

test.run();
