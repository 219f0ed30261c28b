import type { Command } from "commander";
import type { Io } from "./terminal/io.js";

/** A command's module: its default export builds the command, whose action throws LabError for every failure. */
export interface CommandModule {
  readonly default: (io: Io) => Command;
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the module and what the command needs; nothing is loaded for other commands. */
  readonly load: () => Promise<CommandModule>;
}

/** Every command, in the order of the help text. One file in this folder each. */
export const commands: readonly CommandEntry[] = [
  {
    name: "reproduce",
    summary: "reproduce the paper: tables, claims, notebooks and a report",
    load: () => import("./notebooks/reproduce.js"),
  },
  {
    name: "analyze",
    summary: "compute tables of time, CPU, memory and density from logs",
    load: () => import("./results/analyze.js"),
  },
  {
    name: "verify",
    summary: "recompute the paper's published numbers and compare",
    load: () => import("./results/verify.js"),
  },
  {
    name: "claims",
    summary: "judge the paper's claims on the data",
    load: () => import("./results/claims.js"),
  },
  {
    name: "export",
    summary: "write samples, rounds and memory of campaigns as Parquet",
    load: () => import("./results/export.js"),
  },
  {
    name: "compare",
    summary: "compare two campaigns or runtimes; can fail a CI job",
    load: () => import("./results/compare.js"),
  },
  {
    name: "history",
    summary: "show a metric over many campaigns, and when it changed",
    load: () => import("./results/history.js"),
  },
  {
    name: "import",
    summary: "convert results of other tools for analyze and compare",
    load: () => import("./results/import.js"),
  },
  {
    name: "trace",
    summary: "write one round as a trace for Perfetto",
    load: () => import("./results/trace.js"),
  },
  {
    name: "capacity",
    summary: "estimate how many sandboxes fit on a host",
    load: () => import("./results/capacity.js"),
  },
  {
    name: "overhead",
    summary: "print a RuntimeClass with a sandbox's overhead, as YAML",
    load: () => import("./results/overhead.js"),
  },
  {
    name: "env",
    summary: "start or stop a private containerd, restore configs",
    load: () => import("./env.js"),
  },
  {
    name: "doctor",
    summary: "check what this machine can measure, and what it lacks",
    load: () => import("./doctor.js"),
  },
  {
    name: "run",
    summary: "measure cold starts, memory, rates, how many fit",
    load: () => import("./run/run.js"),
  },
  {
    name: "data",
    summary: "fetch, distill and check the recorded data",
    load: () => import("./results/data.js"),
  },
  {
    name: "notebook",
    summary: "run notebooks without Jupyter",
    load: () => import("./notebooks/notebook.js"),
  },
  {
    name: "kernel",
    summary: "install the TypeScript kernel for Jupyter",
    load: () => import("./notebooks/kernel.js"),
  },
];
