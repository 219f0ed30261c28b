import { LabError } from "../../model/errors.js";
import { type Clock, elapsedMs } from "../round/clock.js";
import { type Driver, emptySandbox } from "../round/driver.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import type { CampaignSandboxes } from "./campaign-sandboxes.js";
import { callMs } from "./removal.js";
import { probeLabels } from "./request.js";
import { startOne } from "./start-one.js";

/** Milliseconds between two checks of a sandbox, because one list alone may lag. */
const apartMs = 100;

/** Returns the message about a runtime that was refused because its idle sandbox died. */
export const diesByItself = (runtime: string): string => `sandboxes of ${runtime} die by themselves`;

/**
 * Refuses runtimes whose sandboxes die by themselves: one idle sandbox of each must be ready once it is created, and stay so for
 * a while. A runtime whose sandbox is not created passes, because its failures are measured with their reasons.
 *
 * @param keepMs the time for which it must stay ready, by the campaign's clock; 0 skips the check
 * @throws LabError `RUND_RUNTIME_DIES`; the signal's reason if it is aborted meanwhile
 */
export async function refuseDying(
  runtimes: readonly RuntimeDeclaration[],
  tools: { readonly driver: Driver; readonly clock: Clock },
  sandboxes: CampaignSandboxes,
  { keepMs, timeoutMs }: { readonly keepMs: number; readonly timeoutMs: number },
  signal: AbortSignal,
): Promise<void> {
  if (keepMs === 0) return;
  const { driver, clock } = tools;
  for (const { id, handler } of runtimes) {
    // an experiment that compares something other than runtimes needs no handler
    if (handler === "") continue;
    const request = sandboxes.request(handler, "NODE", probeLabels(id));
    const sample = await startOne(tools, emptySandbox, request, timeoutMs, signal);
    if (sample.status === "timeout" && sample.sandbox !== null) {
      await driver.remove(sample.sandbox, callMs);
      throw dies(id, handler, keepMs, `created, but not ready within ${timeoutMs} ms`);
    }
    if (sample.status !== "ready") continue;
    const readyNs = clock.nowNs();
    let misses = 0;
    while (misses < 2 && elapsedMs(readyNs, clock.nowNs()) < keepMs) {
      await clock.sleep(apartMs, signal);
      misses = (await sandboxes.alive()).has(sample.sandbox) ? 0 : misses + 1;
    }
    const livedMs = Math.round(elapsedMs(readyNs, clock.nowNs()));
    await driver.remove(sample.sandbox, callMs);
    if (misses < 2) continue;
    throw dies(id, handler, keepMs, `gone within ${livedMs} ms after READY`);
  }
}

const dies = (runtime: string, handler: string, keepMs: number, found: string): LabError =>
  new LabError("RUND_RUNTIME_DIES", "machine", diesByItself(runtime), {
    where: handler,
    expected: `a sandbox that stays ready for ${keepMs} ms`,
    found,
    hint: `see the logs of the runtime and the service for the reason; \`rund-lab doctor --handler ${handler} --contract\` checks this; or omit the runtime from --runtime`,
  });
