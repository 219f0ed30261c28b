import { setImmediate as nextTurn } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { labelNames } from "../../../src/measure/cri/labels.js";
import { connectApi } from "../../../src/measure/kubernetes/api/api.js";
import { ClusterError } from "../../../src/measure/kubernetes/api/errors.js";
import { deleteNamespace, ensureNamespace } from "../../../src/measure/kubernetes/namespace.js";
import { deleteRuntimeClasses, makeRuntimeClasses } from "../../../src/measure/kubernetes/runtime-classes.js";
import { machineClock } from "../../../src/measure/round/clock.js";
import { emptySandbox } from "../../../src/measure/round/driver.js";
import { starts } from "./api-server.js";

import { driverOf, namespace, one, round, sandbox, signal, withDriver } from "./on-stand-in.js";

const test = suite("a driver over the API server");

test("a cold start is one pod with the RuntimeClass, and its times are in order", () =>
  withDriver(async (server, driver) => {
    const sample = await one(driver);
    assert.is(sample.status, "ready");
    if (sample.status !== "ready") return;
    const { sentMs, answeredMs, scheduledMs, readyMs, node } = sample;
    assert.ok(sentMs <= answeredMs && sentMs <= scheduledMs! && scheduledMs! <= readyMs);
    assert.is(node, "node-a");
    const [pod] = server.pods;
    assert.is(pod!.spec.runtimeClassName, "fast");
    assert.is(pod!.metadata.labels[labelNames.campaign], "c1");
    assert.is(pod!.spec.automountServiceAccountToken, false);
  }));

test("removal waits until the pod is deleted, and a pod that no longer exists is no error", () =>
  withDriver(async (server, driver) => {
    const sample = await one(driver);
    await driver.remove(sample.sandbox!, 1_000);
    assert.equal(server.pods, []);
    await driver.remove(sample.sandbox!, 1_000);
    assert.equal(await driver.list({ [labelNames.campaign]: "c1" }, 1_000), []);
  }));

test("pods of a killed session are removed in parallel through one watch, which is closed at the end", () =>
  withDriver(async (server, killed) => {
    const left = await round(killed, 5);
    await killed.close();
    const api = connectApi({ context: "", server: server.url, tls: {}, headers: async () => ({}) });
    const resumed = driverOf(api);
    await Promise.all(left.map(({ sandbox }) => resumed.remove(sandbox!, 1_000)));
    assert.equal([server.pods.length, server.watches], [0, 1]);
    await resumed.close();
    api.close();
    while (server.watches > 0) await nextTurn();
  }));

test("pods of another campaign are neither listed nor removed", () =>
  withDriver(async (_, driver) => {
    await round(driver, 1);
    assert.is((await driver.list({ [labelNames.campaign]: "c1" }, 1_000)).length, 1);
    assert.equal(await driver.list({ [labelNames.campaign]: "c10" }, 1_000), []);
  }));

test("a request to a busy server is repeated after its Retry-After", () =>
  withDriver(async (server, driver) => {
    server.busy = { left: 1, retryAfter: 1 };
    const sample = await one(driver);
    assert.is(sample.status, "ready");
    assert.ok(sample.status === "ready" && sample.answeredMs - sample.sentMs >= 1_000);
    assert.is(server.created.length, 1);
  }));

test("an image that cannot be pulled fails at once, with the kubelet's message", () =>
  withDriver(async (server, driver) => {
    const waiting = { reason: "ImagePullBackOff", message: "Back-off pulling image" };
    server.fate = () => [
      { afterMs: 1, node: "node-a", status: { phase: "Pending", containerStatuses: [{ state: { waiting } }] } },
    ];
    const sample = await one(driver);
    assert.is(sample.status, "failed");
    if (sample.status !== "failed") return;
    assert.is(sample.reason, "image");
    assert.is(sample.message, "ImagePullBackOff: Back-off pulling image");
  }));

test("a pod that fits on no node is a timeout with the scheduler's message", () =>
  withDriver(async (server, driver) => {
    const message = "0/2 nodes are available: 2 Insufficient memory.";
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
    server.fate = () => [{ afterMs: 1, status: { phase: "Pending", conditions } }];
    const sample = await one(driver, 200);
    assert.is(sample.status, "timeout");
    if (sample.status !== "timeout") return;
    assert.is(sample.reason, "unschedulable");
    assert.match(sample.message, "2 Insufficient memory");
  }));

test("a pod whose kubelet reports nothing is a timeout that names the node; a warning about the cluster's DNS is not its cause", () =>
  withDriver(async (server, driver) => {
    server.fate = () => starts(60_000).slice(0, 1);
    const sample = await one(driver, 200);
    assert.is(sample.status, "timeout");
    if (sample.status !== "timeout") return;
    assert.is(sample.message, "not ready within 200 ms: the kubelet of node-a has not reported a sandbox");
  }));

test("refusals by a quota or a terminating namespace have their own hint, not that of a missing right", () => {
  const hintOf = (message: string) => new ClusterError("forbidden", 403, "server", message).hint;
  assert.match(hintOf("exceeded quota: few, requested: pods=1")!, "describe resourcequota");
  assert.match(hintOf("unable to create new content in namespace x because it is being terminated")!, "get namespace");
  assert.match(hintOf('cannot create resource "pods"')!, "rights.yaml");
});

test("an evicted pod fails as evicted", () =>
  withDriver(async (server, driver) => {
    const status = { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." };
    server.fate = () => [{ afterMs: 1, node: "node-a", status }];
    const sample = await one(driver);
    assert.is(sample.status === "failed" && sample.reason, "evicted");
  }));

test("a pod that the API server refuses stops the campaign before its first pod, with verb and resource", () =>
  withDriver(async (server, driver) => {
    server.forbidden.add("create pods");
    await one(driver).then(
      () => assert.unreachable(),
      error => {
        assert.is(error.code, "RUND_CLUSTER_FORBIDDEN");
        assert.match(error.message, 'cannot create resource "pods"');
      },
    );
    assert.equal(server.created, []);
    server.forbidden.clear();
    assert.is((await one(driver)).status, "ready");
    // what is refused later is a sample
    server.forbidden.add("create pods");
    const [sample] = await round(driver, 1, 5_000, () => {}, 2);
    assert.is(sample!.status === "failed" && sample!.reason, "refused");
  }));

test("the campaign waits for the service account of a new namespace", () =>
  withDriver(async (server, driver) => {
    const message =
      'pods "x" is forbidden: error looking up service account lab/default: serviceaccount "default" not found';
    server.refusal = { status: 403, message };
    setTimeout(() => {
      server.refusal = null;
    }, 150);
    assert.is((await one(driver)).status, "ready");
    assert.is(server.created.length, 1);
  }));

/** The API server's own words for three refusals, and what must be said of each. */
const refusals = [
  {
    what: "a quota that is used up",
    status: 403,
    hint: /quota/,
    code: "RUND_CLUSTER_FORBIDDEN",
    message: 'pods "x" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2',
  },
  {
    what: "a namespace that is being deleted",
    status: 403,
    hint: /another namespace/,
    code: "RUND_CLUSTER_FORBIDDEN",
    message: 'pods "x" is forbidden: unable to create new content in namespace lab because it is being terminated',
  },
  {
    what: "a token that has expired",
    status: 401,
    hint: /log in again/,
    code: "RUND_CLUSTER_UNAUTHORIZED",
    message: "Unauthorized",
  },
];
for (const { what, status, message, hint, code } of refusals) {
  test(`${what} is named with the next step before the first pod, and is a failed sample in later rounds`, () =>
    withDriver(async (server, driver) => {
      server.refusal = { status, message };
      await one(driver).then(
        () => assert.unreachable(),
        error => {
          assert.is(error.code, code);
          assert.match(error.message, message);
          assert.match(error.hint, hint);
        },
      );
      server.refusal = null;
      assert.is((await one(driver)).status, "ready");
      server.refusal = { status, message };
      const [sample] = await round(driver, 1, 5_000, () => {}, 2);
      assert.is(sample!.status === "failed" && sample!.reason, "refused");
      assert.match(sample!.status === "failed" ? sample!.message : "", message);
      assert.is(server.created.length, 1);
    }));
}

test("RuntimeClasses that a campaign made are deleted by their label; all others stay", () =>
  withDriver(async server => {
    const api = connectApi({ context: "", server: server.url, tls: {}, headers: async () => ({}) });
    const classes = ["a", "b"].map(name => ({ name, handler: name, overhead: null }));
    server.runtimeClasses.set("b", { metadata: { name: "b" } });
    await makeRuntimeClasses(api, classes, "c1");
    assert.equal([...server.runtimeClasses.keys()].sort(), ["a", "b"]);
    await deleteRuntimeClasses(api, classes, "c2");
    assert.equal([...server.runtimeClasses.keys()].sort(), ["a", "b"]);
    await deleteRuntimeClasses(api, classes, "c1");
    assert.equal([...server.runtimeClasses.keys()], ["b"]);
    await deleteRuntimeClasses(api, classes, "c1");
    api.close();
  }));

test("an API server that no longer answers is recognised as lost, so that the round is not recorded", () =>
  withDriver(async (server, driver) => {
    const begun = await driver.begin(emptySandbox, [sandbox(1)]);
    await server.close();
    const { epochMs, atNs } = machineClock.wall();
    const sample = await begun.start(sandbox(1), 1, { atNs, epochMs }, 500, signal);
    assert.is(sample.status === "failed" && sample.reason, "unavailable");
  }));

test("a namespace is created once, and deleted with everything in it", () =>
  withDriver(async (server, driver) => {
    await driver.begin(emptySandbox, []);
    assert.equal(server.namespaces, ["lab"]);
    const access = { context: "", server: server.url, tls: {}, headers: async () => ({}) };
    const api = connectApi(access);
    await ensureNamespace(api, namespace, "c1");
    await deleteNamespace(api, namespace);
    await deleteNamespace(api, namespace);
    api.close();
    assert.equal(server.namespaces, []);
  }));

test("a thousand pods at once are a thousand samples, each counted once", () =>
  withDriver(async (server, driver) => {
    const samples = await round(driver, 1_000, 60_000);
    assert.is(samples.filter(({ status }) => status === "ready").length, 1_000);
    assert.is(new Set(samples.map(({ sandbox }) => sandbox)).size, 1_000);
    assert.is(server.created.length, 1_000);
  }));

test.run();
