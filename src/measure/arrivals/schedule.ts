/**
 * One scheduled start of an open loop: its time since the release, and the hold time of its sandbox, both in milliseconds.
 */
export interface Arrival {
  readonly atMs: number;
  readonly holdMs: number;
}

/** A number in [0, 1), from a seeded generator. */
export type Uniform = () => number;

/**
 * Draws the arrivals of a Poisson process: the gaps between arrivals are exponential with mean 1 / rate.
 *
 * @param perSecond arrivals per second, above 0
 * @param durationMs the window; every arrival is before its end
 * @returns times in milliseconds, ascending
 * @example poissonArrivals(1, 1000, () => 0.5).map(Math.round) // [693]
 */
export function poissonArrivals(perSecond: number, durationMs: number, uniform: Uniform): number[] {
  const times: number[] = [];
  for (let at = gap(perSecond, uniform); at < durationMs; at += gap(perSecond, uniform)) times.push(at);
  return times;
}

const gap = (perSecond: number, uniform: Uniform): number => exponential(1000 / perSecond, uniform);

/**
 * Spaces arrivals evenly, the first at the release.
 *
 * @returns times in milliseconds, ascending
 * @example uniformArrivals(4, 1000) // [0, 250, 500, 750]
 */
export function uniformArrivals(perSecond: number, durationMs: number): number[] {
  const times: number[] = [];
  for (let n = 0; (n * 1000) / perSecond < durationMs; n++) times.push((n * 1000) / perSecond);
  return times;
}

/** The hold time, from a sandbox's READY to its removal: constant, or exponentially distributed with this mean. */
export type Hold = { readonly kind: "fixed" | "exponential"; readonly ms: number };

/**
 * Returns the hold time of one sandbox in milliseconds.
 *
 * @example drawHold({ kind: "fixed", ms: 2000 }, Math.random) // 2000
 */
export const drawHold = ({ kind, ms }: Hold, uniform: Uniform): number =>
  kind === "fixed" ? ms : exponential(ms, uniform);

/** Draws an exponentially distributed number with this mean, by inversion: 1 − u is never 0. */
const exponential = (mean: number, uniform: Uniform): number => -Math.log(1 - uniform()) * mean;
