import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { experimentTable } from "../../measure/experiments/index.js";
import {
  type ContainerdInUse,
  guestMemorySteps,
  type Plan,
  type ScriptSection,
  shellScript,
  stepsFor,
  undoSteps,
} from "../../measure/index.js";
import { type Io, printJson } from "../terminal/io.js";
import type { Target } from "./target.js";

/** Prints the changes that a plan makes to the machine, and how to undo them, as a shell script. */
export function printShell(io: Io, { plan, containerd, where }: Target, json: boolean): void {
  const nothing = { title: where === "the cluster" ? "a campaign on a cluster" : "a rehearsal", steps: [] };
  const sections = containerd === undefined ? [nothing] : changes(plan, containerd);
  const read = (file: string) => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  const socket = containerd == null ? undefined : socketOf(containerd);
  const script = shellScript(sections, read, "/var/lib/rund-lab/changes", socket);
  if (json) printJson(io, { script });
  else io.stdout.write(script);
}

const socketOf = ({ service }: ContainerdInUse): string =>
  "unit" in service ? service.socket : join(service.folder, "containerd.sock");

/** Returns the steps before and after each part of a plan is measured, and the steps that are repeated during it. */
const changes = (plan: Plan, containerd: ContainerdInUse | null): readonly ScriptSection[] =>
  plan.experiments.flatMap(({ settings: { experiment, memory, prepare }, parts }) =>
    parts.flatMap(({ runtimes }): readonly ScriptSection[] => {
      const names = runtimes.map(({ id }) => id).join(", ");
      const before = stepsFor(runtimes, { containerd, snapshotter: null });
      const snapshots = memory.flatMap(label =>
        runtimes.map(runtime => ({
          title: `memory: before each snapshot of ${runtime.id} at ${label} MB`,
          steps: guestMemorySteps(runtime, label),
        })),
      );
      const rounds: readonly ScriptSection[] =
        prepare === null || experimentTable[experiment].repeats
          ? []
          : [
              {
                title: `${experiment}: before each round of ${names}`,
                steps: [{ kind: "command", argv: ["sh", "-c", prepare], mayFail: true }],
              },
            ];
      const all = [...before, ...snapshots.flatMap(({ steps }) => steps)];
      return [
        { title: `${experiment}: before measuring ${names}`, steps: before },
        ...snapshots,
        ...rounds,
        { title: `${experiment}: after measuring ${names}`, steps: undoSteps(all) },
      ];
    }),
  );
