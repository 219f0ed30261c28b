/** Parses JSON. @returns null for a text that is missing or is not JSON */
export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
