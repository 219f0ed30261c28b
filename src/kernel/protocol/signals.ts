/**
 * The signal thread: sees SIGINT while the main thread computes, when a handler there would not run.
 *
 * SIGINT ends a script that was started with `breakOnSigint`, in any thread; if several such scripts run, it ends the innermost.
 * This thread only waits in such a script, and reports each time that the script is ended. A signal that arrives during a report
 * ends the script around it, so there are many scripts, each within the next. The outermost must not end: Node would then remove
 * its handler of the signal, and the next signal would end the process.
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
