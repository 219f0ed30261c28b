/** The suffixes of a quantity. */
const factors: Readonly<Record<string, number>> = {
  "": 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/**
 * Reads a Kubernetes quantity.
 *
 * @returns the number in the base unit: bytes, cores, pods; NaN for a text that is not a quantity
 * @example quantity("1500m") // 1.5
 * @example quantity("2Ki") // 2048
 */
export function quantity(text: string): number {
  const [, value, unit = ""] = /^([0-9.]+(?:[eE][0-9]+)?)(m|k|[KMGT]i?)?$/.exec(text) ?? [];
  return value === undefined ? Number.NaN : Number(value) * (factors[unit] ?? Number.NaN);
}
