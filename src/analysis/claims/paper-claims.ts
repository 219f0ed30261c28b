import type { Claim, Expected, MemoryPlace, Part, Quantity, Reading, StartPlace, Unit } from "./claim.js";

const point = (printed: string, unit: Unit): Expected => ({ kind: "point", printed, unit });
const over = (printed: string, unit: Unit): Expected => ({ kind: "over", printed, unit });
const under = (printed: string, unit: Unit): Expected => ({ kind: "under", printed, unit });
const reading = (name: string, expected: Expected, quantity: Quantity): Reading => ({ name, expected, quantity });

const time = (runtime: string, concurrency: number | "each"): StartPlace => ({
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
const memory = (runtime: string, density: number): MemoryPlace => ({
  experiment: "memory",
  runtime,
  memoryMb: 128,
  density,
});
const makespan = (at: StartPlace): Quantity => ({ statistic: "mean makespan", at });
const perSandbox = (at: MemoryPlace): Quantity => ({ statistic: "memory per sandbox", at });
const cpu = (at: StartPlace): Quantity => ({ statistic: "CPU per sandbox", at });
const lower = (of: Quantity, against: Quantity): Quantity => ({ statistic: "reduction", of, against });

const qemu = ["kata", "Kata-QEMU"] as const;
const firecracker = ["katafc", "Kata-FC"] as const;
const template = ["katatemplate", "Kata-template"] as const;
const rund = ["rund", "RunD"] as const;
type Runtime = readonly [id: string, label: string];

/** A reading in MiB and one in MB: the paper writes MB, and smem's KiB suggest MiB. */
function eitherMegabyte(name: string, expected: (unit: Unit) => Expected, quantity: Quantity): [Reading, Reading] {
  return [reading(`${name}, in MiB`, expected("MiB"), quantity), reading(`${name}, in MB`, expected("MB"), quantity)];
}

const capacity = (model: "idle" | "committed" | "label and PSS", name: string): Reading[] =>
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

const noData = (id: string, section: string, statement: string, needs: string): Claim => ({
  id,
  section,
  statement,
  source: "a careful reader's notes",
  certainty: "M",
  parts: [],
  needs,
});

const memoryAt1000 = ([id, label]: Runtime, printed: string): Part => ({
  of: `against ${label}`,
  readings: [
    reading(
      "as PSS per sandbox of 128 MB at 1,000",
      point(printed, "%"),
      lower(perSandbox(memory("rund", 1000)), perSandbox(memory(id, 1000))),
    ),
  ],
});

const memoryAt100 = ([id, label]: Runtime, printed: string): Part => {
  const at = (density: number) =>
    reading(
      `as PSS per sandbox of 128 MB at ${density}`,
      point(printed, "%"),
      lower(perSandbox(memory("rund", density)), perSandbox(memory(id, density))),
    );
  return { of: `against ${label}`, readings: [at(100), at(1), at(10), at(500), at(1000), at(2000)] };
};

const cpuAt200 = ([id, label]: Runtime, printed: string): Part => ({
  of: `against ${label}`,
  readings: [
    reading("as CPU per sandbox at 200", point(printed, "%"), lower(cpu(time("rund", 200)), cpu(time(id, 200)))),
  ],
});

const startAt200 = ([id, label]: Runtime, printed: string): Part => ({
  of: label,
  readings: [
    reading("as mean makespan at 200", point(printed, "s"), makespan(time(id, 200))),
    reading("as median makespan at 200", point(printed, "s"), { statistic: "median makespan", at: time(id, 200) }),
  ],
});

const tenMore = ([id, label]: Runtime, printed: string): Part => ({
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

/** The paper's quantitative claims, in the order of its sections after the abstract's. */
export const paperClaims: readonly Claim[] = [
  {
    id: "start-200-in-1s",
    section: "abstract, 5.2",
    statement: "RunD starts over 200 sandboxes within one second.",
    source: "the abstract",
    certainty: "A",
    parts: [
      {
        of: "",
        readings: [
          reading("as mean makespan at 200", under("1000", "ms"), makespan(time("rund", 200))),
          reading("as median makespan at 200", under("1000", "ms"), {
            statistic: "median makespan",
            at: time("rund", 200),
          }),
          reading("as sandboxes of 200 not ready a second after their request", under("1", "sandboxes"), {
            statistic: "still waiting",
            ms: 1000,
            at: time("rund", 200),
          }),
          reading("as starts per second", over("200", "sandboxes/s"), {
            statistic: "starts per second",
            at: time("rund", "each"),
          }),
        ],
      },
    ],
  },
  {
    id: "density-2500",
    section: "abstract, 5.3",
    statement: "A host with 384 GB holds over 2,500 RunD sandboxes of 128 MB.",
    source: "the abstract",
    certainty: "A",
    parts: [
      {
        of: "",
        readings: [
          reading("as sandboxes deployed at once", over("2500", "sandboxes"), {
            statistic: "sandboxes at once",
            runtime: "rund",
            memoryMb: 128,
            atLeast: 2501,
          }),
          ...capacity("committed", "true guest memory, committed,"),
          ...capacity("label and PSS", "the label's 128 MiB and PSS"),
          ...capacity("idle", "PSS alone"),
        ],
      },
    ],
  },
  {
    id: "single-88ms",
    section: "5.2",
    statement: "A single RunD sandbox starts in 88 ms.",
    source: "several independent notes",
    certainty: "H",
    parts: [
      {
        of: "",
        readings: [
          reading("as mean makespan at 1", point("88", "ms"), makespan(time("rund", 1))),
          reading("as median makespan at 1", point("88", "ms"), { statistic: "median makespan", at: time("rund", 1) }),
        ],
      },
    ],
  },
  {
    id: "start-200-all",
    section: "5.2",
    statement: "200 sandboxes at once take Kata-FC 47.6 s, Kata-QEMU 6.85 s, Kata-template 2.98 s and RunD 1 s.",
    source: "a careful reader's notes",
    certainty: "M",
    parts: [
      startAt200(firecracker, "47.6"),
      startAt200(qemu, "6.85"),
      startAt200(template, "2.98"),
      startAt200(rund, "1"),
    ],
  },
  {
    id: "template-40",
    section: "5.2",
    statement: "400 RunD sandboxes at once start about 40 % faster than Kata-template's.",
    source: "a careful reader's notes",
    certainty: "M",
    parts: [
      {
        of: "",
        readings: [
          reading(
            "as mean makespan at 400",
            point("40", "%"),
            lower(makespan(time("rund", 400)), makespan(time("katatemplate", 400))),
          ),
        ],
      },
    ],
  },
  {
    id: "cpu-200",
    section: "5.2",
    statement: "At 200, RunD needs less CPU by 89.3 % than Kata-QEMU, 74.5 % than Kata-template, 62.1 % than Kata-FC.",
    source: "a careful reader's notes",
    certainty: "M",
    parts: [cpuAt200(qemu, "89.3"), cpuAt200(template, "74.5"), cpuAt200(firecracker, "62.1")],
  },
  {
    id: "memory-20mb",
    section: "5.3",
    statement: "A RunD sandbox takes less than 20 MB of memory.",
    source: "several independent notes",
    certainty: "H",
    parts: [
      {
        of: "",
        readings: [
          ...eitherMegabyte(
            "as PSS per sandbox of 128 MB at 1,000",
            unit => under("20", unit),
            perSandbox(memory("rund", 1000)),
          ),
          ...eitherMegabyte(
            "as PSS per sandbox of 128 MB at 100",
            unit => under("20", unit),
            perSandbox(memory("rund", 100)),
          ),
        ],
      },
    ],
  },
  {
    id: "memory-1000",
    section: "5.3",
    statement:
      "At 1,000, a RunD sandbox takes less memory by 87.7 % than Kata-QEMU, 82.4 % than Kata-template, 75.1 % than Kata-FC.",
    source: "several independent notes",
    certainty: "H",
    parts: [memoryAt1000(qemu, "87.7"), memoryAt1000(template, "82.4"), memoryAt1000(firecracker, "75.1")],
  },
  {
    id: "memory-100",
    section: "5.3",
    statement:
      "A RunD sandbox takes less memory by 54.9 % than Kata-QEMU, 27.2 % than Kata-template, 18.9 % than Kata-FC.",
    source: "a note that leaves the condition unclear",
    certainty: "L",
    parts: [memoryAt100(qemu, "54.9"), memoryAt100(template, "27.2"), memoryAt100(firecracker, "18.9")],
  },
  {
    id: "fc-overhead",
    section: "3.2",
    statement: "Kata-FC's overhead for a sandbox of 128 MB is 94 MB, and 71 MB each at 1,000.",
    source: "several independent notes",
    certainty: "H",
    parts: [
      {
        of: "alone",
        readings: eitherMegabyte("as PSS per sandbox at 1", unit => point("94", unit), perSandbox(memory("katafc", 1))),
      },
      {
        of: "at 1,000",
        readings: eitherMegabyte(
          "as PSS per sandbox at 1,000",
          unit => point("71", unit),
          perSandbox(memory("katafc", 1000)),
        ),
      },
    ],
  },
  {
    id: "qemu-overhead",
    section: "3.2",
    statement: "Kata-QEMU's overhead for a sandbox of 128 MB is 168 MB, and about 145 MB each at 1,500.",
    source: "several independent notes",
    certainty: "H",
    parts: [
      {
        of: "alone",
        readings: eitherMegabyte("as PSS per sandbox at 1", unit => point("168", unit), perSandbox(memory("kata", 1))),
      },
      {
        of: "at 1,500",
        readings: [
          ...eitherMegabyte(
            "as PSS per sandbox at 1,500",
            unit => point("145", unit),
            perSandbox(memory("kata", 1500)),
          ),
          reading("as PSS per sandbox at 1,000, in MiB", point("145", "MiB"), perSandbox(memory("kata", 1000))),
        ],
      },
    ],
  },
  {
    id: "density-plus-10",
    section: "5.4",
    statement:
      "With 1,000 deployed, 10 more take Kata-QEMU 1.69 s, Kata-template 0.41 s, Kata-FC 10.8 s and RunD 0.22 s.",
    source: "a note that leaves the condition unclear",
    certainty: "L",
    parts: [tenMore(qemu, "1.69"), tenMore(template, "0.41"), tenMore(firecracker, "10.8"), tenMore(rund, "0.22")],
  },
  noData(
    "rootfs",
    "3.1, 4.2",
    "Micro-benchmarks of the ways a container's root file system reaches its guest.",
    "the logs behind the paper's file system micro-benchmarks; the artifact holds none",
  ),
  noData(
    "cgroup",
    "3.3, 4.4",
    "Micro-benchmarks of creating and keeping many cgroups on a host.",
    "the logs behind the paper's cgroup micro-benchmarks; the artifact holds none",
  ),
  noData(
    "kernel",
    "4.3",
    "Memory traces of the condensed guest kernel and of its pre-patched image.",
    "the logs behind the paper's guest memory traces; the artifact holds none",
  ),
  noData(
    "production",
    "5.5",
    "Figures from RunD in production.",
    "the provider's production records; the artifact holds none",
  ),
];
