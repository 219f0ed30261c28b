import type { CriClient, SandboxConfig, SandboxSummary } from "../cri/client.js";
import type { SandboxRole } from "../cri/labels.js";
import type { Clock } from "../round/clock.js";
import { elapsedMs } from "../round/clock.js";
import { inParallel } from "../system/workers.js";
import { isLost, listOwn, removeSandbox } from "./removal.js";

/** Sandboxes started at a time, as the original did. */
const workers = 10;

/** What came of starting standing sandboxes. */
export interface BroughtUp {
  readonly started: number;
  readonly failed: number;
  readonly ready: readonly SandboxSummary[];
  readonly ms: number;
  /** The service's message about the first that failed; null if none did. */
  readonly why: string | null;
}

/**
 * Starts standing sandboxes until the wanted number is ready by the service's own count. Those that have died are removed
 * first; a start that fails is counted and not tried again.
 *
 * @param request makes the request for the n-th sandbox, 1 for the first
 * @throws the signal's reason if it is aborted meanwhile; CriError if the service is gone
 */
export async function bringUp(
  { cri, clock }: { readonly cri: CriClient; readonly clock: Clock },
  campaign: string,
  wanted: number,
  request: (n: number) => SandboxConfig,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<BroughtUp> {
  const startedNs = clock.nowNs();
  const standing = await listOwn(cri, campaign, isBackground);
  const dead = standing.filter(({ state }) => state !== "SANDBOX_READY");
  await inParallel(dead, workers, ({ id }) => removeSandbox(cri, id));
  const missing = Math.max(0, wanted - (standing.length - dead.length));
  let failed = 0;
  let why: string | null = null;
  await inParallel(
    Array.from({ length: missing }, (_, index) => request(index + 1)),
    workers,
    async sandbox => {
      signal.throwIfAborted();
      try {
        await cri.runPodSandbox(sandbox, { timeoutMs: Math.ceil(timeoutMs / clock.speed), signal });
      } catch (error) {
        signal.throwIfAborted();
        if (isLost(error)) throw error;
        failed++;
        why ??= error instanceof Error ? error.message : String(error);
      }
    },
  );
  const ready = await readyBackground(cri, campaign);
  return { started: missing - failed, failed, ready, ms: elapsedMs(startedNs, clock.nowNs()), why };
}

/** The background sandboxes that are ready, by the service's own count. */
export async function readyBackground(cri: CriClient, campaign: string): Promise<readonly SandboxSummary[]> {
  const standing = await listOwn(cri, campaign, isBackground);
  return standing.filter(({ state }) => state === "SANDBOX_READY");
}

const isBackground = (role: SandboxRole) => role === "background";
