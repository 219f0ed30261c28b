import { fnv1a } from "../../model/hash.js";

/** A stream of random numbers that depends only on its seed. */
export interface Random {
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** A whole number from 0 up to `limit` − 1. */
  below(limit: number): number;
  /** Normal with mean 0 and standard deviation 1 (Box and Muller 1958). */
  normal(): number;
}

/**
 * Returns a seeded generator: sfc32 (Doty-Humphrey's small fast counter), its state hashed from the seed's text, so that
 * neighbouring seeds and seeds with a common beginning give unrelated streams.
 *
 * @example random("cell a").below(1) // 0
 */
export function random(seed: string | number): Random {
  let [a, b, c, counter] = state(String(seed));
  const next = (): number => {
    const result = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  for (let i = 0; i < 12; i++) next();
  const uniform = () => next() * 2 ** -32;
  return {
    uniform,
    below: limit => Math.floor(uniform() * limit),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Returns four 32-bit words from a text: three hashes with different starts, and the counter's first value. */
const state = (text: string): [number, number, number, number] => [
  fnv1a(text) | 0,
  fnv1a(text, 0x9e3779b9) | 0,
  fnv1a(text, 0x85ebca6b) | 0,
  1,
];
