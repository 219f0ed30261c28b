/** Two programs that do not work together. */
interface BadPair {
  /** The service, and the first affected version. */
  readonly service: readonly [name: string, since: readonly number[]];
  /** The OCI runtime, and the first version that is no longer affected. */
  readonly runtime: readonly [name: string, until: readonly number[]];
  readonly why: string;
}

const pairs: readonly BadPair[] = [
  {
    service: ["containerd", [1, 7]],
    runtime: ["crun", [1, 8, 2]],
    why: "every start fails with `unknown version specified`: install crun 1.8.2 or later",
  },
];

/**
 * Returns the known problem of a service together with the OCI runtime of a handler, and the next step.
 *
 * @param service name and version, such as `containerd 1.7.24`
 * @param runtime name and version, such as `crun 1.8.1`
 * @returns undefined if no problem is known
 * @example badPair("containerd 1.7.24", "crun 1.8.1").startsWith("every start fails") // true
 * @example badPair("containerd 1.6.20", "crun 1.8.1") // undefined
 */
export function badPair(service: string, runtime: string): string | undefined {
  const [engine = "", engineVersion = ""] = service.split(" ");
  const [program = "", programVersion = ""] = runtime.split(" ");
  return pairs.find(
    pair =>
      pair.service[0] === engine &&
      pair.runtime[0] === program &&
      !isBefore(engineVersion, pair.service[1]) &&
      isBefore(programVersion, pair.runtime[1]),
  )?.why;
}

/** Whether a version is older than another one, compared number by number. */
function isBefore(version: string, limit: readonly number[]): boolean {
  const numbers = version
    .replace(/^v/, "")
    .split(/[^0-9]+/)
    .map(Number);
  for (const [index, least] of limit.entries()) {
    const own = numbers[index] ?? 0;
    if (own !== least) return own < least;
  }
  return false;
}
