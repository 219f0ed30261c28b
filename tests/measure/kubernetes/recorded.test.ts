import { readFileSync } from "node:fs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kubeletCalls, nodeUsage } from "../../../src/measure/kubernetes/node-usage.js";
import { podProgress } from "../../../src/measure/kubernetes/pods/pod-progress.js";
import { StandInApiServer, starts } from "./api-server.js";

/**
 * What an API server and a kubelet of Kubernetes 1.32.13 answered: three pods from creation to deletion (one starts, one has no
 * image, one fits no node), refusals, and a node's own account.
 */
const recorded = (name: string) => readFileSync(new URL(`recorded/${name}`, import.meta.url), "utf8");
const watch = recorded("watch.ndjson")
  .trim()
  .split("\n")
  .map(line => JSON.parse(line));
const statuses = JSON.parse(recorded("statuses.json"));
const changes = (pod: string) => watch.filter(({ object }) => object.metadata?.name === pod);

const test = suite("answers of a real API server");

test("a pod that starts is bound, then its sandbox, container and readiness arrive in one event", () => {
  const seen = changes("one").map(({ object }) => podProgress(object));
  assert.equal(
    seen.slice(0, 4).map(({ node, sandbox, started, ready }) => [node, sandbox, started, ready]),
    [
      [null, false, false, false],
      ["node-a", false, false, false],
      ["node-a", false, false, false],
      ["node-a", true, true, true],
    ],
  );
  assert.ok(seen.slice(0, 4).every(({ trouble }) => trouble === null));
  assert.match(seen[3]!.address ?? "", /^10\.24[12]\./);
  assert.equal(Object.keys(seen[3]!.stamps), ["created", "scheduled", "sandbox", "started", "ready"]);
});

test("the trouble of a pod without its image is the kubelet's message", () => {
  const trouble = changes("two").map(({ object }) => podProgress(object).trouble);
  assert.equal(trouble.slice(0, 3), [null, null, null]);
  assert.is(trouble[3]?.reason, "image");
  assert.match(trouble[3]?.message ?? "", /^ErrImageNeverPull: Container image "absent\.invalid\/x:1" is not present/);
});

test("the trouble of a pod that fits on no node is the scheduler's message", () => {
  const trouble = podProgress(changes("three")[1].object).trouble;
  assert.is(trouble?.reason, "unschedulable");
  assert.match(
    trouble?.message ?? "",
    /^0\/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity\/selector/,
  );
});

test("a kubelet's usage and its calls to the container runtime are read", () => {
  const { cpuMs, workingSetKiB, at } = nodeUsage("node-a", JSON.parse(recorded("summary.json")), "absent");
  assert.equal([cpuMs, workingSetKiB, at], [87651, 543640, "2026-11-26T19:10:37Z"]);
  assert.equal(kubeletCalls(recorded("metrics.txt")), {
    run_podsandbox: [38, 18389.743],
    create_container: [37, 2773.222],
    start_container: [37, 9397.244],
  });
});

/** The names and kinds of a document's fields; those of arrays by their first element. */
function shapeOf(value: unknown, at = ""): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : shapeOf(value[0], `${at}[]`);
  if (typeof value !== "object" || value === null) return [`${at}: ${typeof value}`];
  return Object.entries(value).flatMap(([name, inner]) => (name === "labels" ? [] : shapeOf(inner, `${at}.${name}`)));
}

/** Fields of the stand-in's document that the recorded ones do not have. */
function foreign(standIn: unknown, real: readonly unknown[]): readonly string[] {
  const known = new Set(real.flatMap(each => shapeOf(each)));
  return shapeOf(standIn).filter(field => !known.has(field));
}

test("the stand-in answers in the recorded shapes: pods, watch events, refusals", async () => {
  const server = new StandInApiServer();
  const url = await server.listen();
  const ask = async (path: string, body?: unknown) => {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(new URL(path, url), init);
    return { status: response.status, text: await response.text() };
  };
  const pods = "/api/v1/namespaces/lab/pods";
  const { apiVersion, kind, spec } = changes("one")[0].object;
  const pod = { apiVersion, kind, metadata: { name: "p", labels: {} }, spec };
  try {
    server.fate = () => starts(1);
    const namespace = { metadata: { name: "lab" } };
    await ask("/api/v1/namespaces", namespace);
    const answers = {
      conflict: await ask("/api/v1/namespaces", namespace),
      "not-found": await ask("/api/v1/namespaces/absent"),
    };
    await ask(pods, pod);
    while (server.pods[0]?.status.phase !== "Running") await new Promise(setImmediate);
    const list = JSON.parse((await ask(pods)).text);
    assert.equal(
      foreign(
        list.items[0],
        changes("one").map(({ object }) => object),
      ),
      [],
    );
    server.forbidden.add("list pods");
    const forbidden = await ask(pods);
    for (const [name, { status, text }] of Object.entries({ ...answers, forbidden })) {
      assert.is(status, statuses[name].code, name);
      assert.is(JSON.parse(text).reason, statuses[name].reason, name);
      assert.equal(foreign(JSON.parse(text), [statuses[name]]), [], name);
    }
    server.forbidden.clear();
    server.compact();
    const gone = await ask(`${pods}?watch=true&resourceVersion=1`);
    assert.is(gone.status, 200);
    const real = watch.find(({ type }) => type === "ERROR");
    assert.equal(foreign(JSON.parse(gone.text), [real]), []);
    assert.is(JSON.parse(gone.text).object.code, real.object.code);
  } finally {
    await server.close();
  }
});

test.run();
