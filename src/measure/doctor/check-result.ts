/** The result of one check of a machine. */
export interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  /** The next step; null if there is nothing to do. */
  readonly next: string | null;
}

/**
 * Returns the result of a check that passed.
 *
 * @example fine("root", "yes") // { check: "root", ok: true, found: "yes", next: null }
 */
export const fine = (check: string, found: string): CheckResult => ({ check, ok: true, found, next: null });

/**
 * Returns the result of a check that failed, with the next step.
 *
 * @example lacking("root", "no", "sudo").ok // false
 */
export const lacking = (check: string, found: string, next: string): CheckResult => ({ check, ok: false, found, next });
