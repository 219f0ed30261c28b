import type { Origin } from "./origins.js";

/**
 * Makes `fetch` end when the cell that called it is interrupted: the request, and the reading of its answer.
 *
 * @param current returns the cell in whose asynchronous context code runs
 */
export function trackFetches(current: () => Origin | undefined): void {
  const { fetch } = globalThis;
  const tracked: typeof fetch = (input, init) => {
    const origin = current();
    if (origin === undefined) return fetch(input, init);
    origin.abort ??= new AbortController();
    const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    const { signal } = origin.abort;
    return fetch(input, { ...init, signal: own == null ? signal : AbortSignal.any([own, signal]) });
  };
  globalThis.fetch = Object.defineProperty(tracked, "name", { value: "fetch" });
}
