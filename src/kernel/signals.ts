/**
 * The signal thread: sees SIGINT while the main thread computes, when a handler there would not run.
 *
 * Node lets SIGINT break a script that was started with `breakOnSigint`, in whatever thread it runs. This thread does
 * nothing else than wait in such a script, and reports each time it is broken. The outer script is never left: it keeps
 * Node's handler for the signal in place between two rounds of the inner one.
 */
import { Script } from "node:vm";
import { type MessagePort, workerData } from "node:worker_threads";

const port = workerData as MessagePort;
const never = new Int32Array(new SharedArrayBuffer(4));
const wait = new Script("rundLabWait()");

Object.assign(globalThis, {
  rundLabWait: () => Atomics.wait(never, 0, 0),
  rundLabWatch: () => {
    for (;;) {
      try {
        wait.runInThisContext({ breakOnSigint: true });
      } catch {
        port.postMessage("SIGINT");
      }
    }
  },
});
new Script("rundLabWatch()").runInThisContext({ breakOnSigint: true });
