import { trackFetches } from "./fetches.js";
import { hideGuards } from "./guard.js";
import { trackHandles } from "./handles.js";
import { trackListeners } from "./listeners.js";
import type { Origin } from "./origins.js";

/**
 * Begins to record what cells start, so that an interrupt can end it.
 *
 * @param current returns the cell in whose asynchronous context code runs
 * @param leftover called with a description of what an interrupted cell's context still does
 */
export function watchCells(current: () => Origin | undefined, leftover: (origin: Origin, what: string) => void): void {
  hideGuards();
  trackFetches(current);
  trackListeners(current);
  trackHandles(current, (origin, kind) =>
    leftover(origin, `code that it called is still running: it opened ${kind}, which was closed`),
  );
}
