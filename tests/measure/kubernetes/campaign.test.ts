import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ArrivalsEvent, parseEvents, parseManifest, type RoundEvent } from "../../../src/campaign-files/index.js";
import { lab } from "../../support/command-line.js";
import { inTempFolder } from "../../support/temp.js";
import { type Fate, StandInApiServer, type StandInNode, starts } from "./api-server.js";

const test = suite("campaigns on the stand-in API server");

const node = (name: string, changes: Partial<StandInNode> = {}): StandInNode => ({
  name,
  ready: true,
  aheadMs: 0,
  ...changes,
});

/** Calls back with a stand-in that has these nodes and a RuntimeClass `runc`, named by a kubeconfig. */
const onCluster = (nodes: readonly StandInNode[], work: (server: StandInApiServer, folder: string) => Promise<void>) =>
  inTempFolder(async folder => {
    const server = new StandInApiServer();
    const url = await server.listen();
    server.nodes = nodes;
    server.runtimeClasses.set("runc", { metadata: { name: "runc" }, handler: "runc" });
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "stand-in",
        clusters: [{ name: "c", cluster: { server: url.href, "insecure-skip-tls-verify": true } }],
        users: [{ name: "u", user: { token: "t" } }],
        contexts: [{ name: "stand-in", context: { cluster: "c", user: "u" } }],
      }),
    );
    try {
      await withVariables({ KUBECONFIG: kubeconfig }, () => work(server, folder));
    } finally {
      await server.close();
    }
  });

/** Sets environment variables, which the Kubernetes client reads from the process, and restores them. */
async function withVariables(wanted: NodeJS.ProcessEnv, work: () => Promise<void>): Promise<void> {
  const before = Object.fromEntries(Object.keys(wanted).map(name => [name, process.env[name]]));
  const set = (variables: NodeJS.ProcessEnv) => {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(wanted);
  try {
    await work();
  } finally {
    set(before);
  }
}

const smallest = ["run", "time", "--cluster", "--runtime-class", "runc", "--concurrency", "2", "--rounds", "1"];

/** Runs a campaign to its end and returns its folder, its journal and what it said. */
async function campaign(folder: string, words: readonly string[]) {
  const raw = join(folder, "raw");
  const { code, stderr } = await lab([...words, "--out", raw, "--json"]);
  assert.is(code, 0, stderr);
  const path = join(raw, readdirSync(raw).find(name => /^\d{8}T/.test(name))!);
  return { path, stderr, events: parseEvents(readFileSync(join(path, "events.ndjson"), "utf8")).rows };
}

test("each window of an open loop has the nodes' use before and after it, and nodes.csv has a row for each rate", () =>
  onCluster([node("node-a")], async (server, folder) => {
    const loop = ["--arrivals", "uniform", "--rate", "5", "--duration", "2", "--hold", "0.2", "--rounds", "2"];
    const words = ["run", "arrivals", "--cluster", "--runtime-class", "runc", ...loop];
    const { path, events } = await campaign(folder, words);
    const windows = events.flatMap((event): ArrivalsEvent[] => (event.event === "arrivals" ? [event] : []));
    assert.is(windows.length, 2);
    assert.is(parseManifest(readFileSync(join(path, "run.json"), "utf8")).runs[0]!.config.seccomp, true);
    for (const { nodes, flags } of windows) {
      assert.equal([nodes!.before[0]!.node, nodes!.after[0]!.node], ["node-a", "node-a"]);
      // the window lasts two seconds, in which the node is busy with one CPU
      assert.ok(nodes!.after[0]!.cpuMs! - nodes!.before[0]!.cpuMs! >= 1_800);
      assert.not(flags.includes("cpu-quantised"));
    }
    const out = join(folder, "tables");
    assert.is((await lab(["analyze", path, "--out", out])).code, 0);
    const [header, row, end] = readFileSync(join(out, "nodes.csv"), "utf8").split("\n");
    const cells = Object.fromEntries(header!.split(",").map((name, index) => [name, row!.split(",")[index]]));
    assert.equal(
      [cells.concurrency, cells.rate, cells.node, cells.samples, cells.rounds, end],
      ["", "5", "node-a", "20", "2", ""],
    );
    assert.ok(Math.abs(Number(cells.node_cpus) - 1) < 0.01, cells.node_cpus);
    assert.equal(server.namespaces, []);
  }));

test("a plan names the cluster's resources that it needs, and its time includes the kubelet's waits; too many pods do not fit", () =>
  onCluster([node("node-a")], async () => {
    const words = ["run", "time", "--cluster", "--runtime-class", "runc", "--rounds", "10", "--concurrency"];
    const { code, stdout } = await lab([...words, "3", "--plan"]);
    assert.is(code, 0);
    assert.match(stdout, /\nneeds room for 3 pods at once, which use about \d+ MiB of memory\nfits the cluster\n/);
    // ten rounds, each with a second until the kubelet's report and three until the pods are removed
    const [, seconds] = /\nexpected (\d+) s\n/.exec(stdout) ?? [];
    assert.ok(Number(seconds) >= 40 && Number(seconds) < 60, stdout);
    const crowd = await lab([...words, "5000", "--plan"]);
    assert.match(
      crowd.stdout,
      /\ndoes not fit the cluster:\n {2}it needs 5000 pods at once, and there is room for \d+/,
    );
    const refused = await lab([...words, "5000"]);
    assert.is(refused.code, 3);
    assert.match(refused.stderr, "the plan does not fit the cluster: it needs 5000 pods at once");
    const nowhere = await lab([...words, "3", "--plan", "--namespace", "absent"]);
    assert.is(nowhere.code, 3);
    assert.match(nowhere.stderr, /stand-in: no namespace "absent"\n.*kubectl create namespace absent/);
  }));

test("a clock that is two minutes ahead is reported before the first pod and in the analysis, with the next step", () =>
  onCluster([node("node-a", { aheadMs: 120_000 }), node("node-b", { aheadMs: -400 })], async (_, folder) => {
    const skew = /the clock of node node-a is ahead by (\d+\.\d) s .* Set the clock \(`timedatectl`/;
    const { code, stdout } = await lab([...smallest, "--plan", "--json"]);
    assert.is(code, 0);
    const named = (JSON.parse(stdout) as { confounds: string[] }).confounds.filter(each => each.includes("clock of"));
    assert.is(named.length, 1);
    assert.match(named[0]!, skew);
    const { path, stderr } = await campaign(folder, smallest);
    assert.match(stderr, skew);
    const analysed = await lab(["analyze", path, "--json"]);
    assert.ok(Math.abs(Number(skew.exec(analysed.stderr)![1]) - 120) <= 0.6, analysed.stderr);
    assert.not.match(analysed.stderr, "node-b");
  }));

test("a pod that is evicted after it was ready makes its round partial, with the reason", () =>
  onCluster([node("node-a")], async (server, folder) => {
    const condition = (type: string, more = {}) => ({ type, status: "True", ...more });
    const [bound, running] = starts(5);
    const disruption = { reason: "EvictionByEvictionAPI", message: "Eviction API: evicting" };
    const evicted: Fate = [
      ...[bound!, running!],
      {
        afterMs: 60,
        status: { ...running!.status, conditions: [condition("DisruptionTarget", disruption)] },
      },
    ];
    // the first pod warms the cluster up; the second is that of client 1
    server.fate = () => (server.created.length === 2 ? evicted : starts(200));
    const { events, stderr } = await campaign(folder, [...smallest.slice(0, -1), "2"]);
    const rounds = events.flatMap((event): RoundEvent[] => (event.event === "round" ? [event] : []));
    assert.equal(
      rounds.map(round => round.flags.includes("partial")),
      [true, false],
    );
    assert.match(stderr, "evicted before the round ended: EvictionByEvictionAPI: Eviction API: evicting");
    const { samples, makespanMs } = rounds[0]!;
    assert.is(makespanMs, null);
    const [first, second] = samples;
    assert.is(second!.status, "ready");
    assert.is(first!.status, "died");
    if (first!.status === "ready") return;
    assert.is(first!.reason, "evicted");
    assert.match(first!.message, "Eviction API: evicting");
  }));

test("a named node that is not ready is refused, and it is left out if no node is named", () =>
  onCluster([node("node-a"), node("node-b", { ready: false })], async (server, folder) => {
    const named = await lab([...smallest, "--nodes", "node-b", "--out", folder]);
    assert.is(named.code, 3);
    assert.match(named.stderr, /node-b cannot be used.*NotReady/s);
    assert.match(named.stderr, "kubectl describe node node-b");
    assert.equal(server.created, []);
    const { stderr } = await campaign(folder, smallest);
    assert.match(stderr, /on 1 nodes? \(node-a\)/);
    server.nodes = [node("node-b", { ready: false })];
    const none = await lab([...smallest, "--out", folder]);
    assert.is(none.code, 3);
    assert.match(none.stderr, "no node can be used");
  }));

test("without a kubeconfig the campaign stops with exit code 3 and names the places of a kubeconfig", () =>
  inTempFolder(async folder => {
    const outside = { HOME: folder, KUBERNETES_SERVICE_HOST: undefined };
    for (const KUBECONFIG of [undefined, join(folder, "absent")]) {
      await withVariables({ ...outside, KUBECONFIG }, async () => {
        const { code, stdout, stderr } = await lab([...smallest, "--out", folder]);
        assert.is(code, 3, stderr);
        assert.is(stdout, "");
        assert.match(stderr, "no cluster to measure on");
        assert.match(stderr, "KUBECONFIG");
      });
    }
    assert.equal(readdirSync(folder), []);
  }));

test.run();
