import { fnv1a } from "../model/hash.js";

/**
 * Returns the items in an order that depends only on the seed: Fisher and Yates' shuffle with Mulberry32 (T. Ettinger), seeded
 * from the hash of the text. Every order is about equally likely.
 *
 * @example shuffled([1, 2, 3], "a").length // 3
 * @example shuffled(["only"], "any seed") // ["only"]
 */
export function shuffled<Item>(items: readonly Item[], seed: string): Item[] {
  const random = randomFrom(seed);
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

/**
 * Returns a stream of numbers in [0, 1) that depends only on the seed. Campaigns draw their orders and arrivals from it, and a
 * campaign must resume in its own order. So this generator must not change, although statistics use a better one.
 */
export function randomFrom(seed: string): () => number {
  let state = fnv1a(seed);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
