import type { CampaignProgress, Plan } from "../../measure/index.js";
import { type Io, note } from "../terminal/io.js";
import { terminalBar } from "../terminal/progress.js";
import { cellText } from "./cell-text.js";
import { duration } from "./plan.js";

/** A display of the progress of a campaign: a bar on a terminal, otherwise a line for each visit, and nothing with `--quiet`. */
interface RunProgress {
  readonly report: (progress: CampaignProgress) => void;
  stop(): void;
}

/** Returns the progress display of a campaign. @param signal of an interruption, which removes the bar so that the messages about it are readable */
export function runProgress(io: Io, plan: Pick<Plan, "expectedSeconds">, signal: AbortSignal): RunProgress {
  if (io.quiet) return { report: () => {}, stop: () => {} };
  const ending = expectedEnd(plan.expectedSeconds);
  if (io.stderr.isTTY !== true) return lines(io, ending);
  const bar = terminalBar(io, "{bar} {value}/{total} · {left} left · {what}");
  const stop = () => bar.stop();
  signal.addEventListener("abort", stop, { once: true });
  let started = false;
  return {
    report(at) {
      if (signal.aborted) return;
      const payload = { what: `${describeCell(at)} · ${at.doing}`, left: duration(ending(at)) };
      if (started) bar.update(at.done, payload);
      else bar.start(at.of, at.done, payload);
      started = true;
    },
    stop,
  };
}

function lines(io: Io, ending: (at: CampaignProgress) => number): RunProgress {
  let last = "";
  return {
    report(at) {
      const cell = describeCell(at);
      if (cell === last) return;
      last = cell;
      note(io, `${at.done}/${at.of} ${cell}, about ${duration(ending(at))} left`);
    },
    stop: () => {},
  };
}

/** Returns the estimated seconds left: from the plan at first, and increasingly from the elapsed time. */
function expectedEnd(expectedSeconds: number): (at: CampaignProgress) => number {
  let began: { readonly ms: number; readonly done: number } | undefined;
  return ({ done, of }) => {
    began ??= { ms: performance.now(), done };
    const share = (done - began.done) / Math.max(1, of - began.done);
    const planned = (expectedSeconds * (of - done)) / Math.max(1, of);
    const passed = (performance.now() - began.ms) / 1000;
    const byPace = share === 0 ? planned : (passed / share) * (1 - share);
    return planned * (1 - share) + byPace * share;
  };
}

const describeCell = (at: CampaignProgress): string => `${at.experiment} ${cellText(at)}`;
