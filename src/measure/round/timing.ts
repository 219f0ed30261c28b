/** The lengths of the waits and windows around a round, in milliseconds. */
export interface Timing {
  /** Maximum wait until the host is quiet. */
  readonly quietLimitMs: number;
  /** The idle window before the release. */
  readonly idleMs: number;
  /** The settle window after the last READY, before clean-up. */
  readonly settleMs: number;
  /** How long one sandbox of each runtime must stay ready before anything is measured; by default this is not checked. */
  readonly keepMs?: number;
}

/** Waits and windows of a campaign on a machine. */
export const usualTiming: Timing = { quietLimitMs: 5_000, idleMs: 500, settleMs: 1_000, keepMs: 1_000 };

/** A rehearsal does not wait, because this machine's idle time says nothing about the recording. */
export const replayTiming: Timing = { quietLimitMs: 0, idleMs: 0, settleMs: 0 };
