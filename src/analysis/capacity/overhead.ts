import type { FitEvent, HostCost } from "../../campaign-files/index.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import type { Dataset } from "../datasets/dataset.js";
import { estimateMean, type Interval, mean, slope, sum } from "../stats/index.js";

/**
 * The resources that a sandbox needs in addition to its workload, for the field `overhead.podFixed` of a Kubernetes
 * RuntimeClass.
 */
export interface Overhead {
  readonly runtime: string;
  readonly handler: string;
  /**
   * Number of sandboxes that were running when the memory was read. Sandboxes share memory, so the overhead falls with the
   * density.
   */
  readonly density: number;
  /** PSS of the runtime's processes and memory that the kernel keeps, per sandbox. */
  readonly pssKiB: number;
  readonly kernelKiB: number;
  /** The 95 % interval of their sum over repeats; null for fewer than five. */
  readonly interval: Interval | null;
  /** Number of repeats in which it was read. */
  readonly n: number;
  /** CPU of an idle sandbox in thousandths of a processor; null if no ramp measured it. */
  readonly idleMillicores: number | null;
}

/**
 * Returns the overhead of one sandbox without a container, at the largest measured density.
 *
 * Memory is the PSS of the runtime's processes plus the kernel's memory for the sandboxes (slabs, page tables, stacks and
 * per-processor data). CPU is the growth of the host's busy time with the density of a ramp.
 *
 * @throws LabError `RUND_OVERHEAD` if the dataset has neither a memory snapshot nor a ramp of that runtime
 */
export function overhead(dataset: Dataset, runtime: string): Overhead {
  const readings = [...fromMemory(dataset, runtime), ...fromRamps(dataset, runtime)];
  const density = Math.max(...readings.map(reading => reading.density));
  const there = readings.filter(reading => reading.density === density);
  if (there.length === 0) {
    const known = [...new Set([...dataset.memory, ...(dataset.fits ?? [])].map(({ runtime }) => runtime))];
    throw new LabError("RUND_OVERHEAD", "input", "", {
      where: dataset.name,
      expected: `a memory or fit campaign of ${runtime}`,
      found: known.includes(runtime)
        ? `the memory of ${runtime}'s processes, but not of the kernel`
        : `memory of ${known.join(", ") || "no runtime"}`,
      hint: `\`rund-lab run fit --runtime ${runtime}\` measures it`,
    });
  }
  const total = estimateMean(
    there.map(({ pssKiB, kernelKiB }) => pssKiB + kernelKiB),
    `overhead/${runtime}/${density}`,
  );
  return {
    runtime,
    handler: dataset.runs.find(run => run.runtime === runtime)?.handler ?? runtime,
    density,
    pssKiB: mean(there.map(reading => reading.pssKiB)),
    kernelKiB: mean(there.map(reading => reading.kernelKiB)),
    interval: total.interval,
    n: there.length,
    idleMillicores: idleMillicores((dataset.fits ?? []).filter(ramp => ramp.runtime === runtime)),
  };
}

interface Reading {
  readonly density: number;
  readonly pssKiB: number;
  readonly kernelKiB: number;
}

function fromMemory({ memory }: Dataset, runtime: string): readonly Reading[] {
  return memory.flatMap(({ runtime: own, sandboxes, components, journal }) => {
    const host = journal?.host ?? null;
    if (own !== runtime || sandboxes === 0 || host === null || components.length === 0) return [];
    const pssKiB = sum(components.map(component => component.pssKiB));
    return [{ density: sandboxes, pssKiB: pssKiB / sandboxes, kernelKiB: kernelKiB(host) / sandboxes }];
  });
}

function fromRamps({ fits = [] }: Dataset, runtime: string): readonly Reading[] {
  return fits.flatMap(({ runtime: own, hostBefore, steps }) => {
    const top = steps.findLast(({ failed, density }) => failed === 0 && density > 0);
    if (own !== runtime || top === undefined) return [];
    const grown = kernelKiB(top.host) - kernelKiB(hostBefore);
    return [{ density: top.density, pssKiB: top.pssKiB / top.density, kernelKiB: grown / top.density }];
  });
}

/** Returns the memory that the kernel keeps for sandboxes. */
const kernelKiB = (host: Omit<HostCost, "availableFallKiB">): number =>
  host.slabKiB + host.pageTablesKiB + host.kernelStackKiB + host.percpuKiB;

/**
 * Returns the growth of the busy time with the density, by least squares over the idle windows of all ramps; never
 * below 0.
 */
function idleMillicores(ramps: readonly FitEvent[]): number | null {
  const points = ramps.flatMap(({ idleBefore, steps }) =>
    [{ density: 0, idle: idleBefore }, ...steps].map(
      ({ density, idle }) => [density, (idle.busy * 10_000) / idle.ms] as const,
    ),
  );
  const millicores = points.length < 3 ? Number.NaN : slope(points);
  return Number.isNaN(millicores) ? null : Math.max(0, millicores);
}

/**
 * Returns a RuntimeClass that declares the overhead, as YAML.
 *
 * @param margin the share to add to the measured values, such as 0.1; if there is an interval, its upper end is used
 */
export function runtimeClassYaml(found: Overhead, margin: number): string {
  const { runtime, handler, density, pssKiB, kernelKiB, interval, n, idleMillicores: cpu } = found;
  const measured = pssKiB + kernelKiB;
  const memory = Math.ceil(((interval?.[1] ?? measured) * (1 + margin)) / 1024);
  const millicores = cpu === null ? null : Math.ceil(cpu * (1 + margin));
  const mib = (kib: number) => `${(kib / 1024).toFixed(1)} MiB`;
  const certainty =
    interval === null
      ? `${counted(n, "reading")}, no interval`
      : `95 % interval ${mib(interval[0])} to ${mib(interval[1])}, ${n} repeats`;
  return [
    `# measured at ${counted(density, "sandbox")} without containers: ${mib(pssKiB)} in processes (PSS) and ${mib(kernelKiB)} in the kernel`,
    `# ${certainty}; ${Math.round(margin * 100)} % is added`,
    ...(cpu === null
      ? ["# no ramp measured the CPU of idle sandboxes; `rund-lab run fit` measures it"]
      : [`# an idle sandbox takes ${cpu.toFixed(2)} thousandths of a processor`]),
    "apiVersion: node.k8s.io/v1",
    "kind: RuntimeClass",
    "metadata:",
    `  name: ${runtime}`,
    `handler: ${handler}`,
    "overhead:",
    "  podFixed:",
    `    memory: ${memory}Mi`,
    ...(millicores === null || millicores === 0 ? [] : [`    cpu: ${millicores}m`]),
    "",
  ].join("\n");
}
