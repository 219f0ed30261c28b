import { setTimeout as delay } from "node:timers/promises";
import { CriError } from "../../cri/grpc/errors.js";
import { findProcesses } from "../../system/process-identity.js";
import { whenLate } from "../../system/when-late.js";

/** Maximum time in milliseconds that a service may take to start: after a crash, it first cleans up its sandboxes. */
const startMs = 60_000;

/** Milliseconds between two calls. */
const askAgainMs = 100;

/**
 * Makes a first call to a service that may still be starting: one that reports that it is not initialized yet, or whose socket
 * refuses connections while the service's process exists. Any other failure is thrown at once.
 *
 * @param warn receives a message after five seconds about what is being waited for
 * @param isStarting whether a process exists that may be the service
 */
export async function awaitService<Answer>(
  ask: () => Promise<Answer>,
  endpoint: string,
  warn: (message: string) => void = () => {},
  isStarting: () => boolean = engineRuns,
  withinMs: number = startMs,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  let last = "";
  const attempts = async (): Promise<Answer> => {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof CriError) || performance.now() > deadline) throw error;
        const refused = error.reason === "unavailable" && /ECONNREFUSED|connection refused/.test(error.details);
        if (!/server is not initialized yet/.test(error.details) && !(refused && isStarting())) throw error;
        last = error.details;
      }
      await delay(askAgainMs);
    }
  };
  return whenLate(attempts(), () => warn(`still waiting for the service at ${endpoint} to start: ${last}`));
}

/** Whether a container engine's process, which may be starting, runs on this machine. */
const engineRuns = (): boolean =>
  findProcesses(([program = ""]) => /(^|\/)(containerd|crio|cri-dockerd)$/.test(program)).length > 0;
