/** A stream of random numbers that depends on its seed alone. */
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

/** Four 32-bit words from a text: FNV-1a over its UTF-16 units, from four different starts. */
function state(text: string): [number, number, number, number] {
  const word = (start: number) => {
    let hash = start;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
    return hash | 0;
  };
  return [word(0x811c9dc5), word(0x9e3779b9), word(0x85ebca6b), 1];
}
