/**
 * Returns the 32-bit FNV-1a hash of a text's UTF-8 bytes, as an unsigned number.
 *
 * @param start the initial state; different ones give independent hashes
 * @example fnv1a("a") // 0xe40c292c
 */
export function fnv1a(text: string, start = 0x811c9dc5): number {
  let hash = start;
  for (const byte of utf8.encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

const utf8 = new TextEncoder();
