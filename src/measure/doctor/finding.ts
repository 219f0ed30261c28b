/** One thing a machine was looked at for. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do about it; null where nothing is to be done. */
  readonly next: string | null;
}

/**
 * Returns a finding that needs nothing.
 *
 * @example fine("root", "yes") // { check: "root", ok: true, found: "yes", next: null }
 */
export const fine = (check: string, found: string): Finding => ({ check, ok: true, found, next: null });

/**
 * Returns a finding with a next step.
 *
 * @example lacking("root", "no", "sudo").ok // false
 */
export const lacking = (check: string, found: string, next: string): Finding => ({ check, ok: false, found, next });
