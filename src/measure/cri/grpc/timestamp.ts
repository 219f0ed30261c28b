/**
 * Returns the nanoseconds since the epoch of a time as Go programs print it: RFC 3339 with up to nine decimals.
 *
 * @example timestampNs("1970-01-01T00:00:01.000000002Z") // 1000000002n
 * @example timestampNs("1970-01-01T01:00:00.5+01:00") // 500000000n
 */
export function timestampNs(time: string): bigint {
  const fraction = /\.(\d{1,9})/.exec(time)?.[1] ?? "";
  const seconds = Date.parse(time.replace(/\.\d+/, "")) / 1000;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/**
 * Returns the milliseconds since the epoch of a time as Go programs print it. The result is exact to the microsecond, because a
 * double cannot hold finer values.
 *
 * @example epochMs("1970-01-01T00:00:01.000002999Z") // 1000.002
 */
export const epochMs = (time: string): number => Number(timestampNs(time) / 1000n) / 1000;
