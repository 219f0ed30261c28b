import { createHook } from "node:async_hooks";
import { isGuarded } from "../../compile/guards.js";
import type { Origin } from "./origins.js";
import { endProcesses } from "./processes.js";
import type { Resource } from "./resources.js";

/** The types of Node's handles that continue by themselves, in words for people. */
const handleTypes: ReadonlyMap<string, string> = new Map([
  ["PROCESSWRAP", "a process"],
  ["TCPWRAP", "a connection"],
  ["PIPEWRAP", "a pipe"],
  ["TCPSERVERWRAP", "a server"],
  ["PIPESERVERWRAP", "a server"],
  ["UDPWRAP", "a UDP socket"],
  ["FSEVENTWRAP", "a watch on files"],
  ["STATWATCHER", "a watch on files"],
  ["WORKER", "a thread"],
]);

/** The common part of Node's native handles that is needed to close them. */
interface Handle {
  readonly pid?: number;
  stopThread?(): void;
  close?(): void;
}

/**
 * Records what cells start, so that it can be closed when the cell is interrupted.
 *
 * @param current returns the cell in whose asynchronous context code runs
 * @param late called with the kind of a resource that an interrupted cell's context still opens; the resource is closed at once
 */
export function trackHandles(current: () => Origin | undefined, late: (origin: Origin, kind: string) => void): void {
  createHook({
    init(_, type, __, object) {
      const timer = type === "Timeout";
      const kind = handleTypes.get(type);
      if (!timer && kind === undefined) return;
      const origin = current();
      if (origin === undefined) return;
      const resource = timer ? timerOf(object as NodeJS.Timeout) : handleOf(object as Handle);
      if (origin.interruptedAt === undefined) origin.resources.add(resource);
      else if (kind !== undefined) {
        // the owner is known when the function that makes it has returned
        queueMicrotask(() => resource.close());
        late(origin, kind);
      }
    },
  }).enable();
}

function timerOf(timer: NodeJS.Timeout): Resource {
  const fields = timer as unknown as { readonly _destroyed: boolean; readonly _onTimeout: unknown };
  return {
    alive: () => !fields._destroyed,
    close() {
      const called = fields._onTimeout;
      // a library's timer may serve other cells, and it finds the cell's own code refused
      if (typeof called !== "function" || !(isGuarded(called) || isNative(called))) return;
      clearTimeout(timer);
      // the promise of a delay is resolved now, so that the code that awaits it ends
      if (called.name === "" && called.length === 1 && isNative(called)) called();
    },
  };
}

function handleOf(handle: Handle): Resource {
  const reference = new WeakRef(handle);
  return {
    alive: () => reference.deref() !== undefined,
    close() {
      const found = reference.deref();
      if (found === undefined) return;
      if (found.stopThread !== undefined) found.stopThread();
      else if (found.pid !== undefined) endProcesses(found.pid);
      else {
        const owner = ownerOf(found);
        if (owner?.destroy !== undefined) owner.destroy();
        else if (owner?.close !== undefined) owner.close();
        else found.close?.();
      }
    },
  };
}

/** Returns the socket, server or watcher of a handle. Node keeps it under its own symbol. */
function ownerOf(handle: Handle): { destroy?(): void; close?(): void } | undefined {
  const symbol = Object.getOwnPropertySymbols(handle).find(({ description }) => description === "owner_symbol");
  return symbol === undefined ? undefined : (handle as Record<symbol, { destroy?(): void; close?(): void }>)[symbol];
}

const isNative = (value: object): boolean => /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(value));
