import type { MimeBundle } from "../../present/notebook/display.js";

/**
 * Returns content as the JSON text of a message.
 *
 * @param what names the content in the error
 * @throws TypeError if JSON cannot represent it; the message names the field
 * @example jsonOf({ n: 1, f: () => 1 }, "data") // "{\"n\":1}"
 */
export function jsonOf(content: object, what: string): string {
  try {
    return JSON.stringify(content);
  } catch (error) {
    const fault = faultIn(content, [], new Set()) ?? `it cannot be converted: ${(error as Error)?.message ?? error}`;
    throw new TypeError(`${what} cannot be sent as JSON: ${fault}`);
  }
}

/** Finds the first field that JSON cannot represent, and says why. */
function faultIn(value: unknown, path: readonly string[], above: Set<object>): string | undefined {
  const place = path.length === 0 ? "the value" : path.map(key => JSON.stringify(key)).join(" → ");
  if (typeof value === "bigint") return `${place} is a BigInt`;
  if (typeof value !== "object" || value === null) return undefined;
  if (above.has(value)) return `${place} refers to an object that contains it`;
  above.add(value);
  for (const [key, inner] of Object.entries(value)) {
    const fault = faultIn(inner, [...path, key], above);
    if (fault !== undefined) return fault;
  }
  above.delete(value);
  return undefined;
}

/** Returns a bundle with bytes as base64, which is how a message carries them. */
export function portable(data: MimeBundle): MimeBundle {
  return Object.fromEntries(
    Object.entries(Object(data)).map(([mime, value]) => [
      mime,
      value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
        : value,
    ]),
  );
}
