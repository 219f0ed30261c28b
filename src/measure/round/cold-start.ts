import type { FailedSample, Sample } from "../../campaign-files/events.js";
import type { CriClient, SandboxConfig } from "../cri/client.js";
import { CriError } from "../cri/errors.js";
import { type Clock, elapsedMs } from "./clock.js";

/** Milliseconds of the campaign's clock between two looks at a sandbox that is not ready yet. */
const lookAgainMs = 10;

/**
 * One cold start, from the request to the first status that says SANDBOX_READY. What goes wrong is a sample too.
 *
 * @param releasedNs the round's release, from which all times count
 * @param timeoutMs of the campaign's clock; then the cold start is a timeout: a right-censored value
 * @throws the signal's reason if it is aborted meanwhile
 */
export async function coldStart(
  { cri, clock }: { readonly cri: CriClient; readonly clock: Clock },
  sandbox: SandboxConfig,
  client: number,
  releasedNs: bigint,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Sample> {
  const sentNs = clock.nowNs();
  const sentMs = elapsedMs(releasedNs, sentNs);
  const deadlineNs = sentNs + BigInt(Math.round(timeoutMs * 1e6));
  const callOptions = () => ({
    // the service counts in the machine's time
    timeoutMs: Math.max(1, Math.ceil(Number(deadlineNs - clock.nowNs()) / 1e6 / clock.speed)),
    signal,
  });
  let id: string | null = null;
  const failure = (status: FailedSample["status"], reason: string, message: string): FailedSample => {
    const endedMs = elapsedMs(releasedNs, clock.nowNs());
    return { status, client, sandbox: id, sentMs, endedMs, reason, message };
  };
  try {
    id = await cri.runPodSandbox(sandbox, callOptions());
    const answeredMs = elapsedMs(releasedNs, clock.nowNs());
    while (clock.nowNs() < deadlineNs) {
      const { state } = await cri.podSandboxStatus(id, callOptions());
      const readyMs = elapsedMs(releasedNs, clock.nowNs());
      if (state === "SANDBOX_READY") return { status: "ready", client, sandbox: id, sentMs, answeredMs, readyMs };
      await clock.sleep(lookAgainMs, signal);
    }
    return failure("timeout", "not-ready", `never SANDBOX_READY within ${timeoutMs} ms`);
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof CriError ? error.reason : "other";
    const message = error instanceof Error ? error.message : String(error);
    // a sandbox that was given out and is not known any more
    if (reason === "not-found" && id !== null) return failure("failed", "vanished", message);
    return failure(reason === "timeout" ? "timeout" : "failed", reason, message);
  }
}
