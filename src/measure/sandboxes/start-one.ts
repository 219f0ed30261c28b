import type { Sample } from "../../campaign-files/events.js";
import type { SandboxConfig } from "../cri/grpc/client.js";
import type { Clock } from "../round/clock.js";
import type { Driver, Workload } from "../round/driver.js";

/**
 * Starts one sandbox outside a round, such as before a cell's first.
 *
 * @throws the signal's reason if it is aborted
 */
export async function startOne(
  { driver, clock }: { readonly driver: Driver; readonly clock: Clock },
  workload: Workload,
  sandbox: SandboxConfig,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Sample> {
  const starts = await driver.begin(workload, [sandbox]);
  try {
    return await starts.start(sandbox, 1, clock.wall(), timeoutMs, signal);
  } finally {
    starts.close();
  }
}
