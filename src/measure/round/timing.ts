/** The lengths of the waits and windows around a round, in milliseconds. */
export interface Timing {
  /** Maximum wait until the host is quiet. */
  readonly quietLimitMs: number;
  /** The idle window before the release. */
  readonly idleMs: number;
  /** The settle window after the last READY, before clean-up. */
  readonly settleMs: number;
  /** The time for which one sandbox of each runtime must stay ready before anything is measured; by default not checked. */
  readonly keepMs?: number;
}

/** Waits and windows of a campaign on a machine. */
export const usualTiming: Timing = { quietLimitMs: 5_000, idleMs: 500, settleMs: 1_000, keepMs: 1_000 };

/** The timing of a rehearsal: without waits, because this machine's load has no effect on recorded times. */
export const replayTiming: Timing = { quietLimitMs: 0, idleMs: 0, settleMs: 0 };
