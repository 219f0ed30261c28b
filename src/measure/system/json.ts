/**
 * Parses JSON.
 *
 * @returns null for a missing text or invalid JSON
 */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
