import type { CampaignEvent, IoEvent, IoJob } from "../../../campaign-files/events.js";
import type { CellSummary } from "../summary.js";

/** Summarises the cells of I/O inside containers, by direct I/O, which measures the root file system and not the cache. */
export function summariseIo(events: readonly CampaignEvent[]): readonly CellSummary[] {
  const cells = new Map<string, IoEvent[]>();
  for (const event of events) {
    if (event.event !== "io" || event.warmup) continue;
    const key = `${event.run} ${event.concurrency}`;
    cells.set(key, [...(cells.get(key) ?? []), event]);
  }
  return [...cells.values()].map(summariseCell);
}

function summariseCell(rounds: readonly IoEvent[]): CellSummary {
  const { run, runtime, density, concurrency } = rounds[0]!;
  const jobs = rounds.flatMap(round => round.jobs);
  const failed = jobs.filter(({ error }) => error !== 0);
  const notQuiet = rounds.filter(({ flags }) => flags.includes("not-quiet")).length;
  const mean = (pattern: IoJob["pattern"], blockBytes: number, value: (job: IoJob) => number) => {
    const own = jobs.filter(
      job => job.pattern === pattern && job.blockBytes === blockBytes && job.direct && job.error === 0,
    );
    return own.length === 0 ? "–" : (own.reduce((sum, job) => sum + value(job), 0) / own.length).toFixed(0);
  };
  const perSecond = (pattern: IoJob["pattern"]) => mean(pattern, 4096, ({ iops }) => iops);
  const mebibytes = (pattern: IoJob["pattern"]) => mean(pattern, 131_072, job => job.bytesPerSecond / 2 ** 20);
  return {
    ...{ run, runtime, experiment: "io", density, concurrency, memoryMb: null, makespanMs: null },
    ...{ sandboxes: null, settled: null, pssKiB: null, hostKiB: null, kernelKiB: null },
    ...{ partial: 0, unreliable: false, diskShare: null },
    rounds: rounds.length,
    attempted: jobs.length,
    failed: failed.length,
    firstFailure: failed[0] === undefined ? null : `fio's job ended with error ${failed[0].error}`,
    flags: notQuiet > 0 ? { "not-quiet": notQuiet } : {},
    result: `direct, in each container: 4 KiB random ${perSecond("randread")} reads and ${perSecond("randwrite")} writes a second; 128 KiB in a row ${mebibytes("read")} and ${mebibytes("write")} MiB/s`,
  };
}
