import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ExecaError, execa } from "execa";
import { LabError } from "../../model/errors.js";
import { readRecord } from "../containerd/containerd-record.js";
import { criReady } from "../containerd/cri-ready.js";
import { restartContainerd } from "../containerd/private-containerd.js";
import { findProgram, searchPath } from "../system/programs.js";
import { describeStep } from "./describe-step.js";
import type { ContainerdService, Step } from "./steps.js";
import { patchToml } from "./toml.js";
import type { UndoJournal } from "./undo-journal.js";

/** The machine on which steps are performed, and the functions that they need. */
export interface Machine {
  /** The root of all paths in steps: `/`, or a folder with a copy of a machine's files. */
  readonly root: string;
  /** The folders to search for programs, as in PATH. */
  readonly path: string;
  /** Starts one sandbox of a handler and removes it. */
  startAndRemove(handler: string): Promise<void>;
  wait(seconds: number): Promise<void>;
  /** Called with each step's text before the step begins. */
  log(line: string): void;
}

/** Returns this machine. A step that starts a sandbox needs `startAndRemove`. */
export const thisMachine = (how: Partial<Pick<Machine, "startAndRemove" | "log">> = {}): Machine => ({
  root: "/",
  path: searchPath(process.env.PATH ?? ""),
  startAndRemove: () => Promise.reject(new Error("this machine was given no function that starts a sandbox")),
  wait: seconds => delay(seconds * 1000),
  log: () => {},
  ...how,
});

/**
 * Performs steps one after another. The command that undoes a step is in the journal before the step begins.
 *
 * @throws LabError of the first step that fails; the steps before it are in the journal
 */
export async function applySteps(steps: readonly Step[], journal: UndoJournal, machine: Machine): Promise<void> {
  const captured = new Map<string, string>();
  for (const step of steps) {
    journal.note(step.undo ?? []);
    machine.log(describeStep(step));
    await applyStep(step, journal, machine, captured);
  }
}

/**
 * Checks, without changing anything, that steps can be performed: their programs are installed, and configs have the sections
 * that they need.
 *
 * @throws LabError `RUND_STEP_PROGRAM`, `RUND_CONFIG_MISSING`, `RUND_CONFIG_SECTION`, `RUND_CONFIG_SYNTAX`
 */
export function checkSteps(steps: readonly Step[], machine: Machine): void {
  for (const step of steps) {
    if (step.kind === "command" || step.kind === "absent") requireProgram(step.argv[0]!, machine);
    if (step.kind === "restart-containerd" && "unit" in step.containerd) requireProgram("systemctl", machine);
    if (step.kind === "patch") patchedText(step, machine);
  }
}

/**
 * Undoes everything in a journal and removes the journal. If a group of steps fails, the others are still undone.
 *
 * @throws the first failure, after the last group; then the journal stays
 */
export async function undoAll(journal: UndoJournal, machine: Machine): Promise<void> {
  const failures: unknown[] = [];
  for (const group of journal.pending) {
    const captured = new Map<string, string>();
    try {
      for (const step of group) {
        machine.log(describeStep(step));
        await applyStep(step, journal, machine, captured);
      }
      journal.undone(group);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  journal.close();
}

async function applyStep(
  step: Step,
  journal: UndoJournal,
  machine: Machine,
  captured: Map<string, string>,
): Promise<void> {
  switch (step.kind) {
    case "command": {
      if (step.onlyWith !== undefined && !captured.get(step.onlyWith)) return;
      const argv = step.argv.map(word => word.replace(/\$\{(\w+)\}/g, (_, name: string) => captured.get(name) ?? ""));
      const { failed, stdout } = await run(argv, machine, step.mayFail === true);
      if (!failed && step.capture !== undefined) captured.set(step.capture, stdout.split("\n")[0]!.trim());
      return;
    }
    case "absent": {
      const { failed } = await run(step.argv, machine, true);
      if (failed) return;
      throw new LabError("RUND_STEP_THERE", "machine", `already exists: ${step.what}`, {
        where: step.argv.join(" "),
        hint: "rund-lab did not create it and does not touch it: use it as it is, or remove it yourself",
      });
    }
    case "patch": {
      const { file, before, after } = patchedText(step, machine);
      if (before !== after) journal.change(file, after);
      return;
    }
    case "put-back":
      return journal.putBack(join(machine.root, step.file));
    case "restart-containerd":
      return restart(step.containerd, machine);
    case "empty-folder": {
      const folder = join(machine.root, step.folder);
      mkdirSync(folder, { recursive: true });
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
      return;
    }
    case "sandbox":
      return machine.startAndRemove(step.handler);
    case "wait":
      return machine.wait(step.seconds);
  }
}

/** Restarts a containerd and waits until its CRI answers. */
async function restart(containerd: ContainerdService, machine: Machine): Promise<void> {
  if ("folder" in containerd) {
    if (readRecord(containerd.folder) !== undefined) await restartContainerd(containerd.folder);
    return;
  }
  await run(["systemctl", "restart", containerd.unit], machine, false);
  try {
    await criReady(containerd.socket, 60_000);
  } catch (cause) {
    throw new LabError("RUND_CONTAINERD_RESTART", "machine", "containerd's CRI does not answer after its restart", {
      where: containerd.socket,
      hint: `journalctl -u ${containerd.unit} says why; \`rund-lab env restore\` restores its config`,
      cause,
    });
  }
}

async function run(argv: readonly string[], machine: Machine, mayFail: boolean) {
  const program = requireProgram(argv[0]!, machine);
  try {
    // in its own process group: Ctrl-C in a terminal ends the campaign, but not a step that restores something
    const how = { env: { PATH: machine.path }, stdin: "ignore", detached: true } as const;
    const { stdout } = await execa(program, argv.slice(1), how);
    return { failed: false, stdout };
  } catch (cause) {
    if (!(cause instanceof ExecaError)) throw cause;
    if (mayFail) return { failed: true, stdout: "" };
    throw new LabError("RUND_STEP_FAILED", "machine", cause.shortMessage.split("\n")[0]!, {
      where: argv.join(" "),
      hint: `the program's output: ${(cause.stderr || cause.stdout || "nothing").toString().trim()}`,
      cause,
    });
  }
}

function requireProgram(name: string, machine: Machine): string {
  const program = findProgram(name, machine.path);
  if (program !== undefined) return program;
  throw new LabError("RUND_STEP_PROGRAM", "machine", `${name} is not installed`, {
    hint: "environment/README.md says how each runtime is installed",
  });
}

function patchedText(step: Extract<Step, { kind: "patch" }>, { root }: Machine) {
  const file = join(root, step.file);
  if (!existsSync(file)) {
    throw new LabError("RUND_CONFIG_MISSING", "machine", "no such file", {
      where: file,
      hint: "is the runtime installed? environment/README.md says how, and where its config is",
    });
  }
  const before = readFileSync(file, "utf8");
  return { file, before, after: patchToml(before, step.changes, file, step.addSections === true ? "add" : "fail") };
}
