/**
 * How close together the requests of a round reach containerd (by its own log), what the harness costs while they start, and
 * what clean-up gains from workers: on a private containerd with runc.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CriClient, connectCri, connectCrictl, requestTimes } from "../src/measure/cri/index.js";
import { startContainerd } from "../src/measure/environment/index.js";
import { inParallel } from "../src/measure/experiments/workers.js";
import { which } from "../tests/support/needs.js";
import { median } from "./support.js";

const clientCounts = [100, 400];
const roundsEach = 3;

export default async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-bench-"));
  const containerd = await startContainerd(join(folder, "containerd"));
  const cri = connectCri(containerd.endpoint);
  const crictl = which("crictl") ? connectCrictl(containerd.endpoint) : null;
  try {
    await round(cri, 1);
    for (const clients of clientCounts) {
      await report("one gRPC channel", cri, clients);
      if (crictl !== null) await report("a crictl each", crictl, clients);
    }
    await cleanUps();
  } finally {
    cri.close();
    await containerd.stop();
    rmSync(folder, { recursive: true });
  }

  /** Every client starts a sandbox at once; gives their ids and the processor time of this process, in milliseconds. */
  async function round(client: CriClient, clients: number) {
    const uids = Array.from({ length: clients }, (_, index) => `${process.hrtime.bigint()}-${index}`);
    const before = process.cpuUsage();
    const ids = await Promise.all(
      uids.map(async uid => {
        const names = { name: uid, uid, namespace: "rund-lab-bench" };
        const id = await client.runPodSandbox({ ...names, handler: "runc", labels: {}, network: "NODE" });
        await client.podSandboxStatus(id);
        return id;
      }),
    );
    const { user, system } = process.cpuUsage(before);
    return { uids, ids, cpuMs: (user + system) / 1000 };
  }

  /** Stops and removes sandboxes, so many at once. */
  async function takeDown(ids: readonly string[], workers: number): Promise<void> {
    await inParallel(ids, workers, async id => {
      await cri.stopPodSandbox(id);
      await cri.removePodSandbox(id);
    });
  }

  async function report(name: string, client: CriClient, clients: number): Promise<void> {
    const skewsMs: number[] = [];
    const cpuMs: number[] = [];
    for (let count = 0; count < roundsEach; count++) {
      const { uids, ids, cpuMs: cpu } = await round(client, clients);
      await takeDown(ids, 8);
      const times = requestTimes(readFileSync(containerd.logPath, "utf8"));
      const ns = uids.map(uid => Number(times.get(uid)! - times.get(uids[0]!)!));
      skewsMs.push((Math.max(...ns) - Math.min(...ns)) / 1e6);
      cpuMs.push(cpu / clients);
    }
    const skews = skewsMs.map(skew => skew.toFixed(1)).join(" ");
    console.log(`  ${clients} clients, ${name}: reach containerd within ${median(skewsMs).toFixed(1)} ms (${skews})`);
    console.log(`    this process: ${median(cpuMs).toFixed(2)} ms of CPU a sandbox`);
  }

  async function cleanUps(): Promise<void> {
    const seconds = { one: [] as number[], eight: [] as number[] };
    for (let count = 0; count < roundsEach; count++) {
      for (const [name, workers] of [
        ["one", 1],
        ["eight", 8],
      ] as const) {
        const { ids } = await round(cri, 100);
        const began = performance.now();
        await takeDown(ids, workers);
        seconds[name].push((performance.now() - began) / 1000);
      }
    }
    const ratio = median(seconds.one.map((slow, index) => slow / seconds.eight[index]!));
    const [one, eight] = [median(seconds.one).toFixed(2), median(seconds.eight).toFixed(2)];
    console.log(`  clean-up of 100: ${one} s one at a time, ${eight} s by 8 workers, ${ratio.toFixed(1)}× as fast`);
  }
}
