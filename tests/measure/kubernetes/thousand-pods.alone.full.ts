import { join } from "node:path";
import { execa } from "execa";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../../support/needs.js";
import { StandInApiServer, starts } from "./api-server.js";

const test = suite("a thousand pods on the stand-in");
const pods = 1_000;

/** Runs one round of the built driver in a process of its own, and prints what it measured and what that took. */
const harness = (server: string): string => `
  const at = path => import(${JSON.stringify(`${join(projectRoot, "dist/measure")}/`)} + path);
  const { connectApi } = await at("kubernetes/api/api.js");
  const { clusterDriver } = await at("kubernetes/driver.js");
  const { machineClock } = await at("round/clock.js");
  const { emptySandbox } = await at("round/driver.js");
  const { sandboxLabels } = await at("cri/labels.js");
  const api = connectApi({ context: "", server: new URL(${JSON.stringify(server)}), tls: {}, headers: async () => ({}) });
  const driver = clusterDriver({
    ...{ api, clock: machineClock, campaign: "c1", nodes: [], runtimeClasses: new Map(), prepare: async () => {} },
    template: { namespace: "lab", image: "pause", priorityClass: null },
    placement: { nodes: [], how: "spread" },
  });
  const place = { experiment: "time", runtime: "runc", density: 0, concurrency: ${pods}, round: 1 };
  const sandboxes = Array.from({ length: ${pods} }, (_, index) => ({
    ...{ name: "test-" + (index + 1), uid: "s", namespace: "x", handler: "runc", network: "NODE" },
    labels: sandboxLabels({ campaign: "c1", role: "test", ...place, client: index + 1 }),
  }));
  const begun = await driver.begin(emptySandbox, sandboxes);
  const { epochMs, atNs } = machineClock.wall(true);
  const signal = new AbortController().signal;
  const cpu = process.cpuUsage();
  const samples = await Promise.all(
    sandboxes.map((each, index) => begun.start(each, index + 1, { epochMs, atNs }, 120_000, signal)),
  );
  const { user, system } = process.cpuUsage(cpu);
  const ms = Number(process.hrtime.bigint() - atNs) / 1e6;
  const readyAt = samples.map(({ status, sandbox, readyMs }) => (status === "ready" ? [sandbox, epochMs + readyMs] : []));
  await driver.close();
  api.close();
  console.log(JSON.stringify({ readyAt, cpuShare: (user + system) / 1000 / ms, rssKiB: process.resourceUsage().maxRSS }));`;

test("the harness needs less than 150 MB and 5 % of a core, and records each pod within 5 ms of its event", async () => {
  const server = new StandInApiServer();
  const url = await server.listen();
  const sentAt = new Map<string, number>();
  server.loses = (_, { metadata, status }) => {
    if (status.phase === "Running") sentAt.set(metadata.name, performance.timeOrigin + performance.now());
    return false;
  };
  // pods become ready one after another within a minute, as on a cluster whose nodes are busy
  let made = 0;
  server.fate = () => starts(2_000 + 58 * made++);
  try {
    const { stdout } = await execa("node", ["--input-type=module", "-e", harness(url.href)]);
    const { readyAt, cpuShare, rssKiB } = JSON.parse(stdout) as {
      readyAt: readonly (readonly [string, number] | readonly [])[];
      cpuShare: number;
      rssKiB: number;
    };
    const delays = readyAt.map(([sandbox, ms]) => ms! - sentAt.get(sandbox!)!).sort((a, b) => a - b);
    const [p50, p99] = [delays[pods / 2]!, delays[0.99 * pods - 1]!];
    const mb = Math.round((rssKiB * 1024) / 1e6);
    console.log(
      `at most ${mb} MB, ${(100 * cpuShare).toFixed(1)} % of a core, from event to sample ${p50.toFixed(1)} ms (median), ${p99.toFixed(1)} ms (p99)`,
    );
    assert.is(new Set(readyAt.map(([sandbox]) => sandbox)).size, pods);
    assert.ok(mb < 150, `${mb} MB`);
    assert.ok(cpuShare < 0.05, `${cpuShare} of a core`);
    assert.ok(p99 < 5, `${p99} ms`);
  } finally {
    await server.close();
  }
});

test.run();
