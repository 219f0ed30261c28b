/**
 * The signal thread: sees SIGINT while the main thread computes, when a handler there would not run.
 *
 * Node lets SIGINT break a script that was started with `breakOnSigint`, in whatever thread it runs: the innermost of
 * those that run. This thread does nothing else than wait in such a script, and reports each time it is broken. A signal
 * that comes while one is reported breaks the script around it; so there are many, each within the next. The outermost
 * must not be broken: with it, Node's handler for the signal would go, and the next signal would end the process.
 */
import { Script } from "node:vm";
import { type MessagePort, workerData } from "node:worker_threads";

/** Number of signals that may come one after the other before the first of them is reported. */
const levels = 64;

const port = workerData as MessagePort;
const never = new Int32Array(new SharedArrayBuffer(4));
const script = new Script("rundLabWatch()");
let outside = 0;

function watch(): void {
  const level = outside + 1;
  for (;;) {
    outside = level;
    try {
      if (level === levels) Atomics.wait(never, 0, 0);
      else script.runInThisContext({ breakOnSigint: true });
    } catch {
      port.postMessage("SIGINT");
    }
  }
}

// an error's stack would take most of the time between two rounds, and is not read
Error.stackTraceLimit = 0;
Object.assign(globalThis, { rundLabWatch: watch });
script.runInThisContext({ breakOnSigint: true });
