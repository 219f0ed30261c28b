/**
 * The items in an order that depends on the seed alone: Fisher and Yates' shuffle, driven by Mulberry32 (T. Ettinger) from
 * the seed text's 32-bit FNV-1a hash. Every order is about equally likely.
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

/** Numbers in [0, 1), the same for the same seed. */
export function randomFrom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
