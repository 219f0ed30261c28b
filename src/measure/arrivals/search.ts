/** A rate that a search has tried, and whether its windows together show that the rate is held. */
export interface TriedRate {
  readonly rate: number;
  readonly windows: number;
  /** `undecided` if there were too few starts to decide. */
  readonly held: boolean | "undecided";
}

/** The first rate, the limits and the resolution of a search. Rates are in starts per second. */
export interface SearchBounds {
  /** The search ends when the lowest rate that fails is at most this share above the highest one that is held. */
  readonly resolution: number;
  readonly least: number;
  readonly first: number;
  readonly most: number;
  /** Maximum number of windows at one rate while it is undecided. */
  readonly windows: number;
}

/**
 * Returns the rate of a search's next window; null if the search is over. The same rates give the same answer, so an interrupted
 * search continues from the journal.
 *
 * The rate is doubled until one fails. Then the gap between the highest rate that is held and the lowest that is not is halved
 * until it is within the resolution. An undecided rate on either side of the gap gets further windows. If it stays undecided, it
 * counts as not held if a lower rate is held; otherwise the search continues below it.
 *
 * @example nextRate([], { resolution: 0.1, least: 0.1, first: 1, most: 1000, windows: 3 }) // 1
 * @example nextRate([{ rate: 8, windows: 1, held: true }, { rate: 16, windows: 1, held: false }], { resolution: 0.1, least: 0.1, first: 1, most: 1000, windows: 3 }) // 12
 */
export function nextRate(tried: readonly TriedRate[], bounds: SearchBounds): number | null {
  const { resolution, least, first, most, windows } = bounds;
  if (tried.length === 0) return Math.min(first, most);
  const ascending = [...tried].sort((a, b) => a.rate - b.rate);
  const fails = ascending.find(({ held }) => held === false);
  const below = ascending.filter(({ rate }) => fails === undefined || rate < fails.rate);
  const top = below.at(-1);
  if (fails === undefined && top!.rate < most) return Math.min(2 * top!.rate, most);
  const floor = below.findLast(({ held }) => held === true) ?? top;
  const ceiling = ascending.find(({ rate }) => rate > (floor?.rate ?? 0));
  const open = [floor, ceiling].find(each => each?.held === "undecided" && each.windows < windows);
  if (open !== undefined) return open.rate;
  if (ceiling === undefined) return null;
  if (floor === undefined) return ceiling.rate / 2 >= least ? ceiling.rate / 2 : null;
  if (ceiling.rate <= floor.rate * (1 + resolution)) return null;
  return Number(((floor.rate + ceiling.rate) / 2).toPrecision(4));
}
