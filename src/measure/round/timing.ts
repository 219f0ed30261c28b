/** How long a campaign waits and watches around a round, in milliseconds. */
export interface Timing {
  /** At most this long for the host to be quiet. */
  readonly quietLimitMs: number;
  /** Before the release, with nothing started. */
  readonly idleMs: number;
  /** After the last READY, before clean-up. */
  readonly settleMs: number;
  /**
   * How long one sandbox of each runtime must stay ready before anything is measured; if omitted, this is not checked.
   */
  readonly keepMs?: number;
}

/** Waits and windows of a campaign on a machine. */
export const usualTiming: Timing = { quietLimitMs: 5_000, idleMs: 500, settleMs: 1_000, keepMs: 1_000 };

/** A rehearsal does not wait: what it would watch is not what was recorded. */
export const replayTiming: Timing = { quietLimitMs: 0, idleMs: 0, settleMs: 0 };
