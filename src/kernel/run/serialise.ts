import { inspect } from "node:util";
import { isJsonMime } from "../../jupyter/nbformat.js";
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

/**
 * Returns a bundle as a message carries it: bytes as base64, and numbers as text.
 *
 * @throws TypeError if it is not a bundle, or has an object under a MIME type that is not JSON
 */
export function portable(data: MimeBundle): MimeBundle {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new TypeError(
      `expected an object with data by MIME type, such as { "text/html": "…" }, found ${inspect(data)}`,
    );
  }
  return Object.fromEntries(Object.entries(data).map(([mime, value]) => [mime, portableValue(mime, value)]));
}

function portableValue(mime: string, value: unknown): unknown {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString("base64");
  if (isJsonMime(mime)) return value;
  if (value === null) return undefined;
  if (typeof value === "object" && !Array.isArray(value)) {
    throw new TypeError(`${mime}: expected text or bytes, found ${inspect(value, { depth: 0 })}`);
  }
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}
