import { setTimeout as delay } from "node:timers/promises";
import { toMicrosecond } from "../../model/to-microsecond.js";

/** Time in a campaign. Durations are computed only from `nowNs`. */
export interface Clock {
  /** Monotonic nanoseconds since some moment. */
  nowNs(): bigint;
  /** The wall clock and the monotonic clock at the same moment: to a few microseconds if `exact`, otherwise to 1 ms. */
  wall(exact?: boolean): WallReading;
  /**
   * Waits.
   *
   * @throws the signal's reason as soon as it is aborted
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** The number of this clock's milliseconds in one of real time. */
  readonly speed: number;
}

/** A reading of the wall clock and the monotonic clock. */
export interface WallReading {
  readonly epochMs: number;
  readonly atNs: bigint;
  /** Maximum time between the readings of the two clocks. */
  readonly withinMs: number;
}

/**
 * The machine's clock.
 *
 * The wall clock has whole milliseconds, so an exact reading waits for the next one to begin (a millisecond at most) and uses the
 * attempt in which the two clocks were read closest together.
 */
export const machineClock: Clock = {
  nowNs: () => process.hrtime.bigint(),
  wall(exact = false) {
    if (!exact) return { epochMs: Date.now(), atNs: process.hrtime.bigint(), withinMs: 1 };
    let best: WallReading = { epochMs: 0, atNs: 0n, withinMs: Number.POSITIVE_INFINITY };
    for (let attempt = 0; attempt < 3 && best.withinMs > 0.02; attempt++) {
      const first = Date.now();
      let before = process.hrtime.bigint();
      let epochMs = Date.now();
      while (epochMs === first) {
        before = process.hrtime.bigint();
        epochMs = Date.now();
      }
      const atNs = process.hrtime.bigint();
      const withinMs = elapsedMs(before, atNs);
      if (withinMs < best.withinMs) best = { epochMs, atNs, withinMs };
    }
    return best;
  },
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  speed: 1,
};

/**
 * Returns a clock that runs `speed` times as fast as real time. A replayed campaign uses it, so that all durations that it writes
 * are in recorded time. From this call on, its wall clock runs faster too.
 */
export function fasterClock(speed: number): Clock {
  const started = machineClock.wall();
  const whole = BigInt(Math.round(speed * 1000));
  const nowNs = () => ((machineClock.nowNs() - started.atNs) * whole) / 1000n;
  return {
    nowNs,
    wall: () => {
      const atNs = nowNs();
      return { epochMs: started.epochMs + Number(atNs) / 1e6, atNs, withinMs: 0 };
    },
    sleep: (ms, signal) => machineClock.sleep(ms / speed, signal),
    speed,
  };
}

/**
 * Returns milliseconds between two readings of `nowNs`, to the microsecond.
 *
 * @example elapsedMs(1_000_000n, 2_500_400n) // 1.5
 */
export const elapsedMs = (fromNs: bigint, toNs: bigint): number => toMicrosecond(Number(toNs - fromNs) / 1e6);
