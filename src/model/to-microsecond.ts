/**
 * Rounds milliseconds to the microsecond.
 *
 * @example toMicrosecond(1.23456) // 1.235
 */
export const toMicrosecond = (ms: number): number => Math.round(ms * 1000) / 1000;
