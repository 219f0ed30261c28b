import type { CampaignEvent, IoEvent, IoJob } from "../../../campaign-files/events.js";
import { groupBy } from "../../../model/group-by.js";
import { type CellSummary, countFlags, emptySummary, isCounted } from "../summary.js";

/** Summarises the cells of I/O inside containers, by direct I/O, which measures the root file system and not the cache. */
export function summariseIo(events: readonly CampaignEvent[]): readonly CellSummary[] {
  const rounds = events.filter(event => isCounted(event, "io"));
  return [...groupBy(rounds, ({ run, concurrency }) => `${run} ${concurrency}`).values()].map(summariseCell);
}

function summariseCell(rounds: readonly IoEvent[]): CellSummary {
  const { run, runtime, density, concurrency } = rounds[0]!;
  const jobs = rounds.flatMap(round => round.jobs);
  const failed = jobs.filter(({ error }) => error !== 0);
  const mean = (pattern: IoJob["pattern"], blockBytes: number, value: (job: IoJob) => number) => {
    const own = jobs.filter(
      job => job.pattern === pattern && job.blockBytes === blockBytes && job.direct && job.error === 0,
    );
    return own.length === 0 ? "–" : (own.reduce((sum, job) => sum + value(job), 0) / own.length).toFixed(0);
  };
  const perSecond = (pattern: IoJob["pattern"]) => mean(pattern, 4096, ({ iops }) => iops);
  const mebibytes = (pattern: IoJob["pattern"]) => mean(pattern, 131_072, job => job.bytesPerSecond / 2 ** 20);
  return {
    ...emptySummary,
    run,
    runtime,
    experiment: "io",
    density,
    concurrency,
    flags: countFlags(rounds),
    rounds: rounds.length,
    attempted: jobs.length,
    failed: failed.length,
    firstFailure: failed[0] === undefined ? null : `fio's job ended with error ${failed[0].error}`,
    result: `direct, in each container: 4 KiB random ${perSecond("randread")} reads and ${perSecond("randwrite")} writes a second; 128 KiB sequential ${mebibytes("read")} and ${mebibytes("write")} MiB/s`,
  };
}
