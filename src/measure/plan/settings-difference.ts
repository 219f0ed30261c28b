import { describePath, describeValue } from "../../model/mismatch.js";

/** The first part in which two settings differ. */
interface SettingsDifference {
  /** Such as `experiments[0].rounds 50`. */
  readonly expected: string;
  readonly found: string;
}

/**
 * Returns the first part in which settings differ from the expected ones; undefined if they are equal.
 *
 * @example settingsDifference({ experiments: [{ rounds: 50 }] }, { experiments: [{ rounds: 5 }] }) // { expected: "experiments[0].rounds 50", found: "5" }
 * @example settingsDifference({ seed: 1 }, { seed: 1 }) // undefined
 */
export function settingsDifference(
  expected: unknown,
  found: unknown,
  path: readonly PropertyKey[] = [],
): SettingsDifference | undefined {
  if (Object.is(expected, found)) return undefined;
  if (!isObject(expected) || !isObject(found) || Array.isArray(expected) !== Array.isArray(found)) {
    return { expected: `${describePath(path)} ${describeValue(expected)}`, found: describeValue(found) };
  }
  for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
    const part = Array.isArray(expected) ? Number(key) : key;
    const difference = settingsDifference(expected[key], found[key], [...path, part]);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
