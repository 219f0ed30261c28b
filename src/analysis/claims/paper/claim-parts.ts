/**
 * Building blocks of the claims in `paper-claims.ts`: expected values, places in the grid, quantities, and parts made of them.
 */
import type {
  Certainty,
  Claim,
  Expected,
  MemoryPlace,
  OperationPlace,
  Part,
  Quantity,
  Reading,
  StartPlace,
  Unit,
} from "./claim.js";

export const point = (printed: string, unit: Unit): Expected => ({ kind: "point", printed, unit });
export const over = (printed: string, unit: Unit): Expected => ({ kind: "over", printed, unit });
export const under = (printed: string, unit: Unit): Expected => ({ kind: "under", printed, unit });
export const reading = (name: string, expected: Expected, quantity: Quantity): Reading => ({
  name,
  expected,
  quantity,
});

export const time = (runtime: string, concurrency: number | "each"): StartPlace => ({
  experiment: "time",
  runtime,
  density: 0,
  concurrency,
});
const onTop = (runtime: string, density: number, concurrency: number): StartPlace => ({
  experiment: "density",
  runtime,
  density,
  concurrency,
});
export const memory = (runtime: string, density: number): MemoryPlace => ({
  experiment: "memory",
  runtime,
  memoryMb: 128,
  density,
});
export const makespan = (at: StartPlace): Quantity => ({ statistic: "mean makespan", at });
export const median = (at: StartPlace): Quantity => ({ statistic: "median makespan", at });
export const perSandbox = (at: MemoryPlace): Quantity => ({ statistic: "memory per sandbox", at });
const cpu = (at: StartPlace): Quantity => ({ statistic: "CPU per sandbox", at });
export const operationTime = (at: OperationPlace): Quantity => ({ statistic: "time of an operation", at });
export const lower = (of: Quantity, against: Quantity): Quantity => ({ statistic: "reduction", of, against });

export const qemu = ["kata", "Kata-QEMU"] as const;
export const firecracker = ["katafc", "Kata-FC"] as const;
export const template = ["katatemplate", "Kata-template"] as const;
export const rund = ["rund", "RunD"] as const;
type Runtime = readonly [id: string, label: string];

/** Returns a claim's only part. */
export const whole = (...readings: Part["readings"]): readonly Part[] => [{ of: "", readings }];

/** Returns a reading in MiB and one in MB: the paper writes MB, but smem's KiB suggest MiB. */
export const eitherMegabyte = (
  name: string,
  expected: (printed: string, unit: Unit) => Expected,
  printed: string,
  at: MemoryPlace,
): [Reading, Reading] => [
  reading(`${name}, in MiB`, expected(printed, "MiB"), perSandbox(at)),
  reading(`${name}, in MB`, expected(printed, "MB"), perSandbox(at)),
];

export const capacity = (model: "idle" | "committed" | "label and PSS", name: string): Reading[] =>
  [["384 GiB", 384 * 2 ** 30] as const, ["384 GB", 384e9] as const].map(([host, hostBytes]) =>
    reading(`by ${name} on ${host}`, over("2500", "sandboxes"), {
      statistic: "capacity",
      model,
      runtime: "rund",
      memoryMb: 128,
      density: 1000,
      hostBytes,
    }),
  );

/** Returns a part of a claim about one operation of a micro experiment. */
export const operation = (of: string, name: string, expected: Expected, at: OperationPlace): Part => ({
  of,
  readings: [reading(name, expected, operationTime(at))],
});
export const preparing = (variant: string, concurrency: number): OperationPlace => ({
  experiment: "rootfs",
  variant,
  concurrency,
});
export const grouping = (variant: string, concurrency: number, count?: number): OperationPlace => ({
  experiment: "cgroups",
  variant,
  concurrency,
  ...(count === undefined ? {} : { count }),
});

/** Returns a part about the time to rename the control groups of 2,000 containers from a pool. */
export const pooled = (of: string, printed: string, threads: number): Part =>
  operation(
    of,
    `as mean time to make all, ${of}, all v1 controllers`,
    point(printed, "s"),
    grouping("v1pool", threads, 2000),
  );

const sources: Readonly<Record<Certainty, string>> = {
  A: "the abstract",
  H: "several independent notes",
  M: "a careful reader's notes",
  L: "a note that leaves the condition unclear",
};
export const noData = (id: string, section: string, certainty: Certainty, statement: string, needs: string): Claim => ({
  id,
  section,
  statement,
  source: sources[certainty],
  certainty,
  parts: [],
  needs,
});

export const memoryAt1000 = ([id, label]: Runtime, printed: string): Part => ({
  of: `against ${label}`,
  readings: [
    reading(
      "as PSS per sandbox of 128 MB at 1,000",
      point(printed, "%"),
      lower(perSandbox(memory("rund", 1000)), perSandbox(memory(id, 1000))),
    ),
  ],
  // section 3.2 gives Kata-FC's memory at 1,000, see fc-overhead
  ...(id === "katafc" ? { statedBaseline: point("71", "MiB") } : {}),
});

export const memoryAt100 = ([id, label]: Runtime, printed: string): Part => {
  const at = (density: number) =>
    reading(
      `as PSS per sandbox of 128 MB at ${density}`,
      point(printed, "%"),
      lower(perSandbox(memory("rund", density)), perSandbox(memory(id, density))),
    );
  return { of: `against ${label}`, readings: [at(100), at(1), at(10), at(500), at(1000), at(2000)] };
};

export const cpuAt200 = ([id, label]: Runtime, printed: string): Part => ({
  of: `against ${label}`,
  readings: [
    reading("as CPU per sandbox at 200", point(printed, "%"), lower(cpu(time("rund", 200)), cpu(time(id, 200)))),
  ],
});

export const startAt200 = ([id, label]: Runtime, printed: string): Part => ({
  of: label,
  readings: [
    reading("as mean makespan at 200", point(printed, "s"), makespan(time(id, 200))),
    reading("as median makespan at 200", point(printed, "s"), median(time(id, 200))),
  ],
});

export const tenMore = ([id, label]: Runtime, printed: string): Part => ({
  of: label,
  readings: [
    reading("as mean makespan of 10 on top of 1,000", point(printed, "s"), makespan(onTop(id, 1000, 10))),
    reading("as increase from a background of 100", point(printed, "s"), {
      statistic: "increase",
      of: makespan(onTop(id, 1000, 10)),
      over: makespan(onTop(id, 100, 10)),
    }),
  ],
});
