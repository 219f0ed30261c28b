import { nextRate, type SearchBounds, type TriedRate } from "../../arrivals/search.js";
import { now, type Visit, type VisitTools } from "../visit.js";

/** Maximum number of windows at one rate while it is undecided. */
const mostWindows = 3;

/** The first rate of a search, and the lowest that it tries, in starts per second. */
const [first, least] = [1, 0.1];

/**
 * Searches for the highest rate that a runtime holds. Each window is on disk before the next begins, and the next rate follows
 * from the windows on disk, so an interrupted search continues.
 *
 * @param round the search's number in its run
 * @param sendable starts per second that rund-lab can send; the search offers no higher rate
 * @param measure measures a window at a rate; `round` counts the windows of that rate
 */
export async function searchRate(
  visit: Visit,
  tools: VisitTools,
  round: number,
  sendable: number,
  measure: (rate: number, round: number, warmup: boolean, search: number) => Promise<void>,
): Promise<void> {
  const { settings, slot, run, runtime } = visit;
  const { resolution = 10, slo = "" } = settings;
  const most = Math.min(10_000, sendable);
  const bounds: SearchBounds = { resolution: resolution / 100, least, first, most, windows: mostWindows };
  for (;;) {
    const rates = triedRates(visit, tools, round);
    const rate = nextRate(rates, bounds);
    if (rate === null) {
      const place = { run, runtime: runtime.id, density: 0, block: slot.block, round };
      tools.append({ event: "search", at: now(), ...place, slo, resolution, rates });
      return;
    }
    const before = tools.windowsOf(run).filter(window => window.rate === rate);
    await measure(rate, before.length + 1, false, round);
  }
}

/** Returns the rates that a search has tried, ascending, each judged by all its windows. */
function triedRates({ settings, run }: Visit, tools: VisitTools, search: number): readonly TriedRate[] {
  const windows = tools.windowsOf(run).filter(window => window.search === search);
  const rates = [...new Set(windows.flatMap(({ rate }) => rate ?? []))].sort((a, b) => a - b);
  return rates.map(rate => {
    const own = windows.filter(window => window.rate === rate);
    return { rate, windows: own.length, held: tools.holds(settings, own) };
  });
}
