import type { Command } from "commander";
import type { Io } from "./io.js";

/** A command's module: its default export builds the command, whose action throws LabError for every failure. */
export interface CommandModule {
  readonly default: (io: Io) => Command;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the module, and with it what the command needs; nothing is loaded for commands that are not called. */
  readonly load: () => Promise<CommandModule>;
}

/** Every command, in the order of the help text. One file in this folder each. */
export const commands: readonly CommandEntry[] = [
  {
    name: "reproduce",
    summary: "the main job: tables, verification, claims, notebooks, report",
    load: () => import("./reproduce.js"),
  },
  {
    name: "analyze",
    summary: "run folders or a campaign to time, cpu, mem and density tables",
    load: () => import("./analyze.js"),
  },
  {
    name: "verify",
    summary: "recomputed cells against the published ones",
    load: () => import("./verify.js"),
  },
  {
    name: "claims",
    summary: "the paper's claims, judged on the data",
    load: () => import("./claims.js"),
  },
  {
    name: "export",
    summary: "samples, rounds and memory of campaigns as Parquet",
    load: () => import("./export.js"),
  },
  {
    name: "compare",
    summary: "two campaigns, cell by cell; a gate for CI",
    load: () => import("./compare.js"),
  },
  {
    name: "history",
    summary: "a metric over many campaigns, with its changes",
    load: () => import("./history.js"),
  },
  {
    name: "import",
    summary: "results of other tools as a folder for analyze and compare",
    load: () => import("./import.js"),
  },
  {
    name: "trace",
    summary: "one round as a trace for Perfetto: where the time goes",
    load: () => import("./trace.js"),
  },
  {
    name: "capacity",
    summary: "how many sandboxes a host holds, by three models",
    load: () => import("./capacity.js"),
  },
  {
    name: "overhead",
    summary: "a RuntimeClass with the overhead of a sandbox, as YAML",
    load: () => import("./overhead.js"),
  },
  {
    name: "env",
    summary: "a private containerd, the thin pool, restoring configs",
    load: () => import("./env.js"),
  },
  {
    name: "doctor",
    summary: "what this machine can do, and the next step for what it cannot",
    load: () => import("./doctor.js"),
  },
  {
    name: "run",
    summary: "measure afresh: cold starts, rates, memory, density, how many fit",
    load: () => import("./run.js"),
  },
  {
    name: "data",
    summary: "fetch, distill and look at the recorded data",
    load: () => import("./data.js"),
  },
  {
    name: "notebook",
    summary: "execute notebooks headless on the lab kernel",
    load: () => import("./notebook.js"),
  },
  {
    name: "kernel",
    summary: "install the TypeScript kernel for Jupyter",
    load: () => import("./kernel.js"),
  },
];
