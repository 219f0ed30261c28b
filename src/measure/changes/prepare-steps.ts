import { isDeepStrictEqual } from "node:util";
import { LabError } from "../../model/errors.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { configuredSnapshotter, snapshotterOverlay } from "./containerd-settings.js";
import type { ContainerdService, Step } from "./steps.js";

/** The containerd that a campaign uses. */
export interface ContainerdInUse {
  readonly service: ContainerdService;
  readonly configPath: string;
  /** Its current config. */
  readonly configText: string;
}

/**
 * Returns the steps before a part of a campaign: those of each runtime, with steps that two runtimes share only once.
 *
 * @throws LabError `RUND_SNAPSHOTTER` if a runtime needs another snapshotter and containerd's config is not known
 */
export function stepsFor(
  runtimes: readonly RuntimeDeclaration[],
  { containerd, snapshotter }: { readonly containerd: ContainerdInUse | null; readonly snapshotter: string | null },
): readonly Step[] {
  const steps: Step[] = [];
  for (const runtime of runtimes) {
    if (containerd === null) refuseOtherSnapshotter(runtime, snapshotter);
    for (const step of prepareSteps(runtime, containerd)) {
      const shared = step.kind === "restart-containerd" || step.kind === "patch";
      if (!shared || !steps.some(other => isDeepStrictEqual(other, step))) steps.push(step);
    }
  }
  return steps;
}

/** @throws LabError `RUND_SNAPSHOTTER` if a runtime needs another snapshotter than containerd reports */
function refuseOtherSnapshotter({ id, snapshotter: expected }: RuntimeDeclaration, found: string | null): void {
  if (expected === null || found === null || expected === found) return;
  throw new LabError("RUND_SNAPSHOTTER", "machine", `${id} needs a different snapshotter than containerd's`, {
    ...{ expected, found },
    hint: "rund-lab can change only the config of the machine's own containerd and of `rund-lab env up`: use one of the two",
  });
}

/**
 * Returns the steps before a runtime's first cell: its config gets the overlay, containerd gets its snapshotter (and is restarted
 * if that is a different one), and a template is made if it has one. These are the original's steps, each with the step that
 * undoes it.
 *
 * @param containerd null if its config is unknown; then it keeps its snapshotter
 * @returns no step for a runtime without its own config, snapshotter or template
 */
export function prepareSteps(runtime: RuntimeDeclaration, containerd: ContainerdInUse | null): Step[] {
  const { config, snapshotter } = runtime;
  return [
    ...(config === null ? [] : [patch(config.path, config.overlay)]),
    ...(containerd === null || snapshotter === null ? [] : snapshotterSteps(containerd, snapshotter)),
    ...templateSteps(runtime),
  ];
}

/** Returns the steps that give containerd a snapshotter; empty if it has it. */
function snapshotterSteps({ service, configPath: file, configText }: ContainerdInUse, snapshotter: string): Step[] {
  if (snapshotter === configuredSnapshotter(configText)) return [];
  const restart = { kind: "restart-containerd", containerd: service } as const;
  const changes = snapshotterOverlay(configText, snapshotter);
  return [{ kind: "patch", file, changes, addSections: true, undo: [{ kind: "put-back", file }, restart] }, restart];
}

/**
 * Returns the steps before the cells of one guest memory: the guest gets the label's size plus what the original added to it, and
 * a new template is made.
 *
 * @param nominalMb the guest memory in the cell's name
 * @returns no step for a runtime without a guest
 */
export function guestMemorySteps(runtime: RuntimeDeclaration, nominalMb: number): Step[] {
  if (runtime.config === null) return [];
  const { path, hypervisor } = runtime.config;
  const memory = { [hypervisor]: { default_memory: nominalMb + runtime.guestMemoryExtraMb } };
  return [patch(path, memory), ...templateSteps(runtime)];
}

/** Returns the steps that make the template of a runtime's guests; empty for a runtime without a template. */
function templateSteps({ template, config, handler }: RuntimeDeclaration): Step[] {
  if (template === null || config === null) return [];
  const { path, hypervisor } = config;
  if (template === "kata-factory") {
    const factory = (verb: string) => ["kata-runtime", "--kata-config", path, "factory", verb];
    const destroy = { kind: "command", argv: factory("destroy"), mayFail: true } as const;
    return [destroy, { kind: "command", argv: factory("init"), undo: [destroy] }, { kind: "wait", seconds: 5 }];
  }
  return [
    patch(path, { [hypervisor]: { boot_type: "BootToBeTemplate" }, runtime: { guest_hook_path: null } }),
    { kind: "empty-folder", folder: "/run/rund" },
    { kind: "sandbox", handler },
    patch(path, { [hypervisor]: { boot_type: "BootFromTemplate" }, runtime: { guest_hook_path: "/" } }),
  ];
}

const patch = (file: string, changes: Extract<Step, { kind: "patch" }>["changes"]): Step => ({
  kind: "patch",
  file,
  changes,
  undo: [{ kind: "put-back", file }],
});
