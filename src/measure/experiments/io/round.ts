import { formatConcurrencyFolder } from "../../../logs/index.js";
import { LabError } from "../../../model/errors.js";
import type { SandboxConfig } from "../../cri/grpc/client.js";
import { ticksBetween } from "../../host/cpu.js";
import { fioCommand, fioEnded, fioJobs, fioJson, readFioJobs } from "../../micro/fio.js";
import type { ContainerOutput, Workload } from "../../round/driver.js";
import { refuseIfLost } from "../../round/round.js";
import { waitForQuiet } from "../../round/steady.js";
import { refuseLeftovers } from "../../sandboxes/removal.js";
import { beginRound, now, roundRequests, type Visit, type VisitTools } from "../visit.js";
import { workloadOf } from "../workload.js";

/** Milliseconds between two checks of the output of a container that runs fio. */
const lookAgainMs = 100;

/**
 * Measures one round: a sandbox with a container for each client, all started together, each of which runs all jobs of fio. fio's
 * own JSON is on disk before the round is in the journal.
 *
 * @throws LabError as `fioJson`, or `RUND_FIO` for a container that does not start
 */
export async function measureIo(visit: Visit, tools: VisitTools, round: number, warmup: boolean): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { host, clock, timing, sandboxes, signal } = tools;
  const { density, block, position } = slot;
  const { duration = 0, large = 1 } = settings;
  const concurrency = slot.concurrency!;
  await beginRound(visit, tools, `${warmup ? "warm-up" : "round"} ${round}`);
  const requests = roundRequests(sandboxes, visit, round, concurrency, warmup);
  const quiet = await waitForQuiet(clock, () => host.cpu().ticks, timing.quietLimitMs, signal);
  const state = host.state();
  const before = host.cpu().ticks;
  const timeoutMs = settings.timeout * 1000 + fioJobs.length * duration * 1000;
  const { until, container } = workloadOf(settings);
  const workload = { until, container: { ...container!, command: fioCommand(large, duration) } };
  const outputs = await outputsOf(tools, workload, requests, timeoutMs);
  const cpu = ticksBetween(before, host.cpu().ticks);
  refuseLeftovers(await sandboxes.clearRound(false));
  const jobs = outputs.flatMap((output, index) => {
    const client = index + 1;
    const where = `${runtime.id}, image ${settings.image}`;
    const json = fioJson(output, where);
    if (!warmup) tools.write(`${run}/${formatConcurrencyFolder(concurrency)}/${fioFile(round, client)}`, json);
    return readFioJobs(json, client, where);
  });
  tools.append({
    event: "io",
    at: now(),
    run,
    runtime: runtime.id,
    density,
    concurrency,
    block,
    position,
    round,
    warmup,
    jobMs: duration * 1000,
    fileMiB: large,
    jobs,
    cpu,
    quiet,
    host: state,
    flags: quiet.reached ? [] : ["not-quiet"],
  });
}

/** fio's JSON of one container: `fio_round003_client01.json`. */
const fioFile = (round: number, client: number): string =>
  `fio_round${String(round).padStart(3, "0")}_client${String(client).padStart(2, "0")}.json`;

/**
 * Starts all sandboxes and waits until fio has ended in each.
 *
 * @returns the output of each container, in order
 */
async function outputsOf(
  { driver, clock, signal }: Pick<VisitTools, "driver" | "clock" | "signal">,
  workload: Workload,
  requests: readonly SandboxConfig[],
  timeoutMs: number,
): Promise<readonly ContainerOutput[]> {
  const starts = await driver.begin(workload, requests);
  try {
    const from = clock.wall();
    const deadlineNs = from.atNs + BigInt(timeoutMs * 1e6);
    const all = requests.map(async (sandbox, index) => {
      const client = index + 1;
      const sample = await starts.start(sandbox, client, from, timeoutMs, signal);
      if (sample.status !== "ready") {
        await refuseIfLost(driver, [sample]);
        throw new LabError("RUND_FIO", "machine", `the container for fio does not start: ${sample.message}`, {
          where: workload.container!.image,
          hint: "the image needs sh and fio; omit --image, so that rund-lab builds one from this machine's fio",
        });
      }
      for (;;) {
        const output = starts.output!(client);
        if (fioEnded(output) || clock.nowNs() > deadlineNs) return output;
        await clock.sleep(lookAgainMs, signal);
      }
    });
    await Promise.allSettled(all);
    return await Promise.all(all);
  } finally {
    starts.close();
  }
}
