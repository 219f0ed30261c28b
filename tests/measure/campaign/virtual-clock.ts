import type { Clock, WallReading } from "../../../src/measure/round/clock.js";

interface Timer {
  readonly dueNs: bigint;
  readonly run: () => void;
}

/** A clock that stands still while the program works, and jumps to the next sleeper when all are asleep. */
export class VirtualClock implements Clock {
  readonly speed = 1;
  /** What the wall clock is ahead of the monotonic one, beyond its start. */
  wallAheadMs = 0;
  #nowNs = 0n;
  #timers: Timer[] = [];
  #scheduled = false;

  nowNs(): bigint {
    return this.#nowNs;
  }

  get nowMs(): number {
    return Number(this.#nowNs) / 1e6;
  }

  /** The number of sleepers. */
  get asleep(): number {
    return this.#timers.length;
  }

  wall(): WallReading {
    return { epochMs: 1_700_000_000_000 + this.nowMs + this.wallAheadMs, atNs: this.#nowNs, withinMs: 0 };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        this.#timers = this.#timers.filter(other => other !== timer);
        reject(signal?.reason);
      };
      const run = () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      };
      const timer = { dueNs: this.#nowNs + BigInt(Math.round(ms * 1e6)), run };
      this.#timers.push(timer);
      signal?.addEventListener("abort", onAbort);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // twice: whoever has been woken may have more turns to take before all are asleep
    setImmediate(() => setImmediate(() => this.#jump()));
  }

  #jump(): void {
    this.#scheduled = false;
    const next = this.#timers.reduce<Timer | undefined>(
      (first, timer) => (first === undefined || timer.dueNs < first.dueNs ? timer : first),
      undefined,
    );
    if (next === undefined) return;
    this.#nowNs = next.dueNs;
    const due = this.#timers.filter(({ dueNs }) => dueNs <= this.#nowNs);
    this.#timers = this.#timers.filter(({ dueNs }) => dueNs > this.#nowNs);
    for (const { run } of due) run();
    if (this.#timers.length > 0) this.#schedule();
  }
}
