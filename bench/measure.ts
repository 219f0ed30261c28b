/**
 * Measures the closed loop on a real containerd: the time span in which a round's requests reach it, the harness' CPU time, the
 * speed of clean-up, and the speed of reading memory, compared with smem. Needs root, containerd, runc and smem; the comparison
 * with a shell loop also needs crictl on PATH.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { median } from "../src/analysis/stats/index.js";
import { parseEvents, type RoundEvent } from "../src/campaign-files/index.js";
import {
  type CriClient,
  connectCri,
  type ExperimentWishes,
  experimentSettings,
  labelNames,
  listOwn,
  makePlan,
  measureCampaign,
  openService,
  type PrivateContainerd,
  readSandboxMemory,
  runtimes,
  startContainerd,
} from "../src/measure/index.js";
import { machineClock } from "../src/measure/round/clock.js";
import { ServiceLog } from "../src/measure/round/service-log.js";
import { callMs, cleanUp } from "../src/measure/sandboxes/removal.js";
import { criDriver } from "../src/measure/workload/cri-driver.js";
import { ends } from "../src/model/end.js";

const driverOf = (cri: CriClient) => criDriver({ cri, clock: machineClock, logFolder: tmpdir() });
const crictlThere = spawnSync("crictl", ["--version"]).error === undefined;

export default async function bench(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-bench-"));
  const containerd = await startContainerd(join(folder, "containerd"));
  const cri = connectCri(containerd.endpoint);
  const cleanUpAll = async () => {
    cri.close();
    await containerd.stop();
    rmSync(folder, { recursive: true });
  };
  process.once("SIGINT", () => void cleanUpAll().finally(() => process.exit(130)));
  try {
    await startSkew(containerd, folder);
    await costByEnd(containerd, folder);
    await shellSkew(containerd, cri, folder);
    await cleanUpSpeed(cri, containerd.endpoint);
    await memorySpeed(cri);
  } finally {
    await cleanUpAll();
  }
}

/** Measures experiments with runc and returns their rounds. */
async function roundsOf({ endpoint }: PrivateContainerd, folder: string, wishes: readonly ExperimentWishes[]) {
  const service = await openService(endpoint, "cri");
  const experiments = wishes.map(each => experimentSettings({ ...each, runtimes: ["runc"], blocks: 1, warmup: 1 }));
  const plan = makePlan({ name: null, experiments, custom: [] }, { runtimes, limits: null });
  const path = await measureCampaign(folder, {
    plan,
    service,
    endpoint,
    command: [],
    toolVersion: "bench",
    report: () => {},
    signal: new AbortController().signal,
  });
  service.cri.close();
  return parseEvents(readFileSync(join(path, "events.ndjson"), "utf8")).rows.filter(
    (event): event is RoundEvent => event.event === "round" && !event.warmup,
  );
}

/** Prints the harness' own CPU time per sandbox for each end of a cold start, as a campaign records it. */
async function costByEnd(containerd: PrivateContainerd, folder: string): Promise<void> {
  for (const until of ends) {
    const rounds = await roundsOf(containerd, folder, [
      { experiment: "time", concurrency: [1, 10, 50], rounds: 10, until },
    ]);
    const costs = [1, 10, 50].map(concurrency => {
      const own = rounds.filter(round => round.concurrency === concurrency);
      return `${median(own.map(({ cpu }) => cpu.harnessMs / concurrency)).toFixed(2)} at ${concurrency}`;
    });
    console.log(`  until ${until}: harness ${costs.join(", ")} at once, in ms of CPU per sandbox`);
  }
}

/** Prints the time span in which the requests of a round reach containerd, by its own log, and the harness' own CPU time. */
async function startSkew(containerd: PrivateContainerd, folder: string): Promise<void> {
  const rounds = await roundsOf(containerd, folder, [
    { experiment: "time", concurrency: [100], rounds: 7 },
    { experiment: "time", concurrency: [400], rounds: 3 },
  ]);
  for (const concurrency of [100, 400]) {
    const own = rounds.filter(round => round.concurrency === concurrency);
    const skew = median(own.map(round => round.serviceSkewMs ?? Number.NaN));
    const client = median(own.map(round => round.startSkewMs));
    const cost = median(own.map(round => round.cpu.harnessMs / concurrency));
    console.log(
      `  ${concurrency} clients reach containerd within ${skew.toFixed(1)} ms (sent within ${client.toFixed(1)}), harness ${cost.toFixed(2)} ms of CPU per sandbox`,
    );
  }
}

/** Prints the same for the artifact's method: a shell that starts a crictl for each client. */
async function shellSkew(containerd: PrivateContainerd, cri: CriClient, folder: string): Promise<void> {
  if (!crictlThere) return console.log("  crictl is not on PATH: no comparison with a shell loop");
  const log = new ServiceLog(containerd.logPath);
  const uids = Array.from({ length: 100 }, (_, index) => `shell-${index}`);
  for (const uid of uids) {
    const linux = { security_context: { namespace_options: { network: 2 } } };
    const metadata = { name: uid, uid, namespace: "rund-lab", attempt: 0 };
    const config = { metadata, labels: { [labelNames.campaign]: "shell", [labelNames.role]: "test" }, linux };
    writeFileSync(join(folder, `${uid}.json`), JSON.stringify(config));
  }
  log.mark();
  const loop = `for f in ${folder}/shell-*.json; do crictl -r ${containerd.endpoint} runp --runtime runc $f >/dev/null & done; wait`;
  execFileSync("sh", ["-c", loop], { stdio: "ignore" });
  console.log(`  a shell loop with crictl: 100 within ${log.skewOf(uids)?.toFixed(0)} ms`);
  await cleanUp({ driver: driverOf(cri), clock: machineClock }, "shell");
}

/** Starts sandboxes of runc, ten at a time, and returns their ids. */
async function startSandboxes(cri: CriClient, campaign: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 10) {
    const batch = Array.from({ length: Math.min(10, count - n) }, (_, index) =>
      cri.runPodSandbox({
        name: `bench-${campaign}-${n + index}`,
        uid: `${campaign}-${n + index}`,
        namespace: "rund-lab",
        handler: "runc",
        network: "NODE",
        labels: { [labelNames.campaign]: campaign, [labelNames.role]: "test" },
      }),
    );
    ids.push(...(await Promise.all(batch)));
  }
  return ids;
}

/** Prints the time to remove 100 sandboxes by workers, one at a time, and one at a time with crictl. */
async function cleanUpSpeed(cri: CriClient, endpoint: string): Promise<void> {
  const seconds = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1000;
  };
  const ids = await startSandboxes(cri, "one-by-one", 100);
  const single = await seconds(async () => {
    for (const id of ids) await driverOf(cri).remove(id, callMs);
  });
  const withCrictl = crictlThere ? await originalCleanUp(cri, endpoint, seconds) : null;
  await startSandboxes(cri, "workers", 100);
  const pooled = await seconds(() => cleanUp({ driver: driverOf(cri), clock: machineClock }, "workers"));
  console.log(
    `  clean-up of 100: ${pooled.toFixed(2)} s verified by workers, ${single.toFixed(2)} s one at a time: ${(single / pooled).toFixed(1)}×`,
  );
  if (withCrictl !== null) {
    console.log(
      `    the original's method, crictl one at a time: ${withCrictl.toFixed(2)} s: ${(withCrictl / pooled).toFixed(1)}×`,
    );
  }
}

async function originalCleanUp(
  cri: CriClient,
  endpoint: string,
  seconds: (work: () => Promise<unknown>) => Promise<number>,
): Promise<number> {
  const ids = await startSandboxes(cri, "crictl", 100);
  return seconds(async () => {
    for (const id of ids) {
      for (const verb of ["stopp", "rmp"]) execFileSync("crictl", ["-r", endpoint, verb, id], { stdio: "ignore" });
    }
  });
}

/** Prints the time to read the memory of 200 sandboxes, and the PSS that was found, beside smem's. */
async function memorySpeed(cri: CriClient): Promise<void> {
  const ids = await startSandboxes(cri, "memory", 200);
  const { processes } = runtimes.find(({ id }) => id === "runc")!;
  const ours: number[] = [];
  const theirs: number[] = [];
  let pss = 0;
  let smem = 0;
  for (let run = 0; run < 5; run++) {
    let began = performance.now();
    pss = readSandboxMemory(ids, processes).components.reduce((sum, { pssKiB }) => sum + pssKiB, 0);
    ours.push(performance.now() - began);
    began = performance.now();
    const table = execFileSync("smem", ["-H", "-c", "pid pss", "-P", "^(/usr/bin/containerd-shim-runc-v2|/pause)"], {
      encoding: "utf8",
    });
    theirs.push(performance.now() - began);
    smem = table
      .trim()
      .split("\n")
      .reduce((sum, line) => sum + Number(line.trim().split(/\s+/)[1]), 0);
  }
  console.log(
    `  memory of 200 sandboxes: ${median(ours).toFixed(0)} ms, smem ${median(theirs).toFixed(0)} ms: ${(median(theirs) / median(ours)).toFixed(1)}×; PSS ${pss} KiB against smem's ${smem} (${((pss / smem - 1) * 100).toFixed(2)} %)`,
  );
  await cleanUp({ driver: driverOf(cri), clock: machineClock }, "memory");
  if ((await listOwn(driverOf(cri), "memory")).length > 0) throw new Error("sandboxes are left");
}
