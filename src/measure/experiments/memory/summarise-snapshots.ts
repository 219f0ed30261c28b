import type { CampaignEvent, MemoryEvent } from "../../../campaign-files/events.js";
import { hostCost } from "../../../campaign-files/index.js";
import { type CellSummary, emptySummary, isUnreliable } from "../summary.js";

/** Summarises memory snapshots; each is a cell. */
export const summariseSnapshots = (events: readonly CampaignEvent[]): readonly CellSummary[] =>
  events.filter(event => event.event === "memory").map(summariseSnapshot);

function summariseSnapshot(event: MemoryEvent): CellSummary {
  const { run, runtime, density, memoryMb, sandboxes, settle, attempted, failed, components } = event;
  const perSandbox = (kib: number) => (sandboxes === 0 ? null : kib / sandboxes);
  const { availableFallKiB, slabKiB, pageTablesKiB, kernelStackKiB, percpuKiB } = hostCost(event);
  const pssKiB = perSandbox(components.reduce((sum, component) => sum + component.pssKiB, 0));
  const kernelKiB = perSandbox(slabKiB + pageTablesKiB + kernelStackKiB + percpuKiB);
  const hostKiB = perSandbox(availableFallKiB);
  return {
    ...emptySummary,
    run,
    runtime,
    experiment: "memory",
    density,
    memoryMb,
    attempted,
    failed,
    sandboxes,
    pssKiB,
    kernelKiB,
    hostKiB,
    settled: settle.reached,
    rounds: sandboxes === 0 ? 0 : 1,
    unreliable: isUnreliable(failed, attempted),
    result:
      pssKiB === null
        ? "no sandbox to measure"
        : `${mib(pssKiB)} PSS per sandbox, ${mib(kernelKiB ?? 0)} in the kernel, ${mib(hostKiB ?? 0)} by MemAvailable`,
  };
}

const mib = (kib: number): string => `${(kib / 1024).toFixed(1)} MiB`;
