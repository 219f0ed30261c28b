import type { Command } from "commander";
import type { Io } from "./terminal/io.js";

/** A command's module: its default export builds the command, whose action throws LabError for every failure. */
interface CommandModule {
  readonly default: (io: Io) => Command;
}

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the module and what the command needs; nothing is loaded for other commands. */
  readonly load: () => Promise<CommandModule>;
}

const command = (name: string, summary: string, load: CommandEntry["load"]): CommandEntry => ({ name, summary, load });

/** Every command, in the order of the help text. */
export const commands: readonly CommandEntry[] = [
  command(
    "reproduce",
    "reproduce the paper: tables, claims, notebooks and a report",
    () => import("./notebooks/reproduce.js"),
  ),
  command("analyze", "compute tables of time, CPU, memory and density from logs", () => import("./results/analyze.js")),
  command("verify", "recompute the paper's tables and check each number", () => import("./results/verify.js")),
  command("claims", "judge the paper's claims on the data", () => import("./results/claims.js")),
  command("export", "write samples, rounds and memory of campaigns as Parquet", () => import("./results/export.js")),
  command("compare", "compare two campaigns or runtimes; can fail a CI job", () => import("./results/compare.js")),
  command("history", "show a metric over many campaigns, and when it changed", () => import("./results/history.js")),
  command("import", "convert results of other tools for analyze and compare", () => import("./results/import.js")),
  command("trace", "write one round as a trace for Perfetto", () => import("./results/trace.js")),
  command("capacity", "estimate how many sandboxes fit on a host", () => import("./results/capacity.js")),
  command("overhead", "print a RuntimeClass with a sandbox's overhead, as YAML", () => import("./results/overhead.js")),
  command("env", "start or stop a private containerd, restore configs", () => import("./env.js")),
  command("doctor", "check what this machine can measure, and what it lacks", () => import("./doctor.js")),
  command("run", "measure cold starts, memory, start rates and density", () => import("./run/run.js")),
  command("data", "fetch, distill and check the recorded data", () => import("./results/data.js")),
  command("notebook", "run notebooks without Jupyter", () => import("./notebooks/notebook.js")),
  command("kernel", "install the TypeScript kernel for Jupyter", () => import("./notebooks/kernel.js")),
];
