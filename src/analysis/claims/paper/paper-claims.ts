import type { Claim } from "./claim.js";
import {
  capacity,
  cpuAt200,
  eitherMegabyte,
  firecracker,
  grouping,
  lower,
  makespan,
  median,
  memory,
  memoryAt100,
  memoryAt1000,
  noData,
  operation,
  operationTime,
  over,
  perSandbox,
  point,
  pooled,
  preparing,
  qemu,
  reading,
  rund,
  startAt200,
  template,
  tenMore,
  time,
  under,
  whole,
} from "./claim-parts.js";

/** The paper's quantitative claims, in the order of its sections after the abstract's. */
export const paperClaims: readonly Claim[] = [
  {
    id: "start-200-in-1s",
    section: "abstract, 5.2",
    statement: "RunD starts over 200 sandboxes within one second.",
    source: "the abstract",
    certainty: "A",
    parts: whole(
      reading("as mean makespan at 200", under("1000", "ms"), makespan(time("rund", 200))),
      reading("as median makespan at 200", under("1000", "ms"), median(time("rund", 200))),
      reading("as sandboxes of 200 not ready a second after their request", under("1", "sandboxes"), {
        statistic: "still waiting",
        ms: 1000,
        at: time("rund", 200),
      }),
      reading("as starts per second", over("200", "sandboxes/s"), {
        statistic: "starts per second",
        at: time("rund", "each"),
      }),
    ),
  },
  {
    id: "density-2500",
    section: "abstract, 5.3",
    statement: "A host with 384 GB holds over 2,500 RunD sandboxes of 128 MB.",
    source: "the abstract",
    certainty: "A",
    parts: whole(
      reading("as sandboxes deployed at once", over("2500", "sandboxes"), {
        statistic: "sandboxes at once",
        runtime: "rund",
        memoryMb: 128,
        atLeast: 2501,
      }),
      ...capacity("committed", "true guest memory, committed,"),
      ...capacity("label and PSS", "the label's 128 MiB and PSS"),
      ...capacity("idle", "PSS alone"),
    ),
  },
  {
    id: "single-88ms",
    section: "5.2",
    statement: "A single RunD sandbox starts in 88 ms.",
    source: "several independent notes",
    certainty: "H",
    parts: whole(
      reading("as mean makespan at 1", point("88", "ms"), makespan(time("rund", 1))),
      reading("as median makespan at 1", point("88", "ms"), median(time("rund", 1))),
    ),
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
    parts: whole(
      reading(
        "as mean makespan at 400",
        point("40", "%"),
        lower(makespan(time("rund", 400)), makespan(time("katatemplate", 400))),
      ),
    ),
  },
  {
    id: "cpu-200",
    section: "5.2",
    statement:
      "With 200 starts at once, RunD needs 89.3 % less CPU than Kata-QEMU, 74.5 % less than Kata-template, 62.1 % less than Kata-FC.",
    source: "a careful reader's notes, confirmed by arithmetic: the three percentages imply one value",
    certainty: "H",
    parts: [cpuAt200(qemu, "89.3"), cpuAt200(template, "74.5"), cpuAt200(firecracker, "62.1")],
  },
  {
    id: "memory-20mb",
    section: "5.3",
    statement: "With 100 sandboxes deployed, a RunD sandbox takes less than 20 MB of memory.",
    source: "several independent notes",
    certainty: "H",
    parts: whole(
      ...eitherMegabyte("as PSS per sandbox of 128 MB at 100", under, "20", memory("rund", 100)),
      ...eitherMegabyte("as PSS per sandbox of 128 MB at 1,000", under, "20", memory("rund", 1000)),
    ),
  },
  {
    id: "memory-1000",
    section: "5.3",
    statement:
      "At a density of 1,000, a RunD sandbox takes 87.7 % less memory than one of Kata-QEMU, 82.4 % less than one of Kata-template, 75.1 % less than one of Kata-FC.",
    source: "several independent notes",
    certainty: "H",
    parts: [memoryAt1000(qemu, "87.7"), memoryAt1000(template, "82.4"), memoryAt1000(firecracker, "75.1")],
  },
  {
    id: "memory-100",
    section: "5.3",
    statement:
      "At a density of 100, a RunD sandbox of 128 MB takes 54.9 % less memory than one of Kata-QEMU, 27.2 % less than one of Kata-template, 18.9 % less than one of Kata-FC.",
    source: "a careful reader's notes",
    certainty: "M",
    parts: [memoryAt100(qemu, "54.9"), memoryAt100(template, "27.2"), memoryAt100(firecracker, "18.9")],
  },
  {
    id: "fc-overhead",
    section: "3.2",
    statement: "Kata-FC's overhead for a sandbox of 128 MB is 94 MB, and 71 MB each at a density of 1,000.",
    source: "several independent notes",
    certainty: "H",
    parts: [
      {
        of: "alone",
        readings: eitherMegabyte("as PSS per sandbox at 1", point, "94", memory("katafc", 1)),
      },
      {
        of: "at 1,000",
        readings: eitherMegabyte("as PSS per sandbox at 1,000", point, "71", memory("katafc", 1000)),
      },
    ],
  },
  {
    id: "qemu-overhead",
    section: "3.2",
    statement: "Kata-QEMU's overhead for a sandbox of 128 MB is 168 MB, and about 145 MB each at a density of 1,500.",
    source: "several independent notes",
    certainty: "H",
    parts: [
      {
        of: "alone",
        readings: eitherMegabyte("as PSS per sandbox at 1", point, "168", memory("kata", 1)),
      },
      {
        of: "at 1,500",
        readings: [
          ...eitherMegabyte("as PSS per sandbox at 1,500", point, "145", memory("kata", 1500)),
          reading("as PSS per sandbox at 1,000, in MiB", point("145", "MiB"), perSandbox(memory("kata", 1000))),
        ],
      },
    ],
  },
  {
    id: "density-plus-10",
    section: "5.4",
    statement:
      "With 1,000 sandboxes running, 10 more take Kata-QEMU 1.69 s, Kata-template 0.41 s, Kata-FC 10.8 s and RunD 0.22 s.",
    source: "a careful reader's notes, which call the four values increments",
    certainty: "M",
    parts: [tenMore(qemu, "1.69"), tenMore(template, "0.41"), tenMore(firecracker, "10.8"), tenMore(rund, "0.22")],
  },
  {
    id: "rootfs",
    section: "3.1, 4.2",
    statement:
      "With device mapper, preparing one root file system takes 30 ms, and 200 at once about 10 s; RunD's writable part takes 0.2 ms instead of 207 ms.",
    source: "several independent notes",
    certainty: "H",
    parts: [
      operation("one", "as mean time to prepare and mount one", point("30", "ms"), preparing("devmapper", 1)),
      operation(
        "200 at once",
        "as mean time to prepare and mount 200 at once",
        point("10", "s"),
        preparing("devmapper", 200),
      ),
      operation("full copy", "as a full copy of the writable part", point("207", "ms"), preparing("copied", 1)),
      operation("reflink", "as a copy by reflink", point("0.2", "ms"), preparing("reflinked", 1)),
    ],
  },
  noData(
    "rootfs-io",
    "3.1",
    "M",
    "With 200 sandboxes at once, a sandbox's IOPS fall from 4,500 to 1,500 and its bandwidth from 100 to 8 MB/s.",
    "the parameters of the paper's fio runs, which no source gives, and 200 sandboxes with their own block device",
  ),
  {
    id: "cgroup",
    section: "3.3, 4.4, Figure 6",
    statement:
      "For 200 containers at once, renaming control groups from a pool takes 94 % less time than creating them.",
    source: "a co-author's own words on the kernel's cgroups list",
    certainty: "H",
    parts: whole(
      reading(
        "as mean time to make 200 with 200 threads, all v1 controllers",
        point("94", "%"),
        lower(operationTime(grouping("v1pool", 200, 200)), operationTime(grouping("v1", 200, 200))),
      ),
    ),
  },
  {
    id: "cgroup-2000",
    section: "3.3",
    statement:
      "Control groups for 2,000 containers, renamed from a pool, take 0.09 s with 1 thread, 0.1 s with 50 and 0.14 s with 200.",
    source: "a careful reader's notes",
    certainty: "M",
    parts: [pooled("1 thread", "0.09", 1), pooled("50 threads", "0.1", 50), pooled("200 threads", "0.14", 200)],
  },
  noData(
    "kernel",
    "4.3",
    "H",
    "The condensed guest kernel saves about 16 MB of memory and 4 MB of image; of 10,012 KB of kernel that a guest reads, it modifies 7,928 KB.",
    "RunD's guest kernel, and a trace of the guest pages that it reads and writes",
  ),
  noData(
    "production",
    "5.5, Figures 14, 15",
    "M",
    "In production 191 sandboxes start at once in 1.6 s, and a host holds over 2,000 with its CPU below 50 %.",
    "the provider's production records; the artifact holds none",
  ),
];
