import { readFileSync } from "node:fs";
import { LabError } from "../../../model/errors.js";
import { cgroupVariants, possibleVariants } from "../../micro/cgroup-variants.js";
import { hierarchiesIn } from "../../micro/hierarchies.js";
import { threadMiB } from "../../micro/released-threads.js";
import type { ExperimentDeclaration } from "../experiment.js";
import { measureOperations, roundOfOperations, subject, summariseOperations } from "../operations.js";

/** Control groups, by number of threads and of existing groups (the paper's sections 3.3 and 4.4). */
export const cgroups: ExperimentDeclaration = {
  id: "cgroups",
  measures: "the cost of control groups",
  axes: ["density", "concurrency"],
  subjects: {
    name: "variant",
    all: cgroupVariants.map(({ id, label }) => subject(id, label)),
    withoutService: () => true,
    async here() {
      const possible = possibleVariants(hierarchiesIn(readFileSync("/proc/self/mountinfo", "utf8")));
      if (possible.length > 0) return possible.map(({ id }) => id);
      throw new LabError("RUND_CGROUPS", "machine", "no control groups with controllers are mounted here", {
        where: "/proc/self/mountinfo",
        hint: "mount a hierarchy (`mount -t cgroup2 cgroup2 /sys/fs/cgroup`), or run outside the container",
      });
    },
  },
  takes: ["containers", "window"],
  usual: { concurrency: [1, 8, 50, 200], density: [0, 1000], rounds: 5, containers: 200, window: 1 },
  onBackground: true,
  cost({ density, concurrency, rounds }, { containers = 0, window = 0, warmup }, { aroundMs }) {
    const threads = concurrency ?? 1;
    const count = rounds.length + warmup;
    return {
      sandboxes: 0,
      atOnce: 0,
      ms: count * (containers * 1.5 + window * 1000 + aroundMs) + density * 1.5 + threads * 30,
      needs: { memoryMiB: threads * threadMiB + Math.ceil(density / 4), pids: 2 * threads + density },
    };
  },
  measured: roundOfOperations("cgroups"),
  async visit(visit, tools) {
    const { settings, slot, runtime } = visit;
    const { containers = 0, window = 0 } = settings;
    const variant = cgroupVariants.find(({ id }) => id === runtime.id)!;
    const threads = slot.concurrency!;
    tools.report("existing groups");
    await tools.micro.groups.prepare({ variant, threads }, slot.density);
    const measure = () => tools.micro.groups.measure({ variant, threads, containers });
    await measureOperations(visit, tools, { windowMs: window * 1000, items: containers, measure });
  },
  summarise: summariseOperations("cgroups"),
};
