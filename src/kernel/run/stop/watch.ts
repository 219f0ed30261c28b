import { trackFetches } from "./fetches.js";
import { hideGuards } from "./guard.js";
import { trackHandles } from "./handles.js";
import { trackListeners } from "./listeners.js";
import type { Origin } from "./origins.js";

/** Node's names for things that continue by themselves, in words for people. */
const names: Readonly<Record<string, string>> = {
  PROCESSWRAP: "a process",
  TCPWRAP: "a connection",
  PIPEWRAP: "a pipe",
  TCPSERVERWRAP: "a server",
  PIPESERVERWRAP: "a server",
  UDPWRAP: "a UDP socket",
  FSEVENTWRAP: "a watch on files",
  STATWATCHER: "a watch on files",
  WORKER: "a thread",
};

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
  trackHandles(current, (origin, type) =>
    leftover(origin, `code that it called is still running: it opened ${names[type] ?? type}, which was closed`),
  );
}
