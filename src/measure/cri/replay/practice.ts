import { setTimeout as delay } from "node:timers/promises";
import { connectCri } from "../grpc.js";
import { sandboxLabels } from "../labels.js";

/** Crowds of these sizes, one after the other: half a second. */
const crowds = [...Array<number>(20).fill(10), ...Array<number>(15).fill(1)];

/** A single client comes after a pause, as in a round: a processor that was idle is slower. */
const pauseMs = 15;

/**
 * Starts sandboxes, sees them ready and removes them, as clients in this process will. A server whose code was never run
 * answers milliseconds late, and does not know the way back (see way-back.ts); at speed 20 that is a tenth of a second.
 *
 * @param handler one that the server plays
 */
export async function practise(endpoint: string, handler: string): Promise<void> {
  const cri = connectCri(endpoint);
  try {
    for (const [turn, concurrency] of crowds.entries()) {
      if (concurrency === 1) await delay(pauseMs);
      const labels = sandboxLabels({ role: "probe", concurrency });
      const started = Array.from({ length: concurrency }, async (_, index) => {
        const name = `${turn}-${index}`;
        const id = await cri.runPodSandbox({
          name,
          uid: name,
          namespace: "practice",
          handler,
          labels,
          network: "NODE",
        });
        await cri.podSandboxStatus(id);
        return id;
      });
      await Promise.all((await Promise.all(started)).map(id => cri.removePodSandbox(id)));
    }
  } finally {
    cri.close();
  }
}
