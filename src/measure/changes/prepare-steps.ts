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
 * Returns the steps that prepare the machine for a part of a campaign: those of each runtime. A step that two runtimes share is
 * listed once.
 *
 * @throws LabError `RUND_SNAPSHOTTER` if a runtime needs a different snapshotter and containerd's config is unknown
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

/**
 * Checks that a runtime needs no other snapshotter than containerd's, which cannot be changed.
 *
 * @throws LabError `RUND_SNAPSHOTTER`
 */
function refuseOtherSnapshotter({ id, snapshotter: expected }: RuntimeDeclaration, found: string | null): void {
  if (expected === null || found === null || expected === found) return;
  throw new LabError("RUND_SNAPSHOTTER", "machine", `${id} needs a different snapshotter than containerd's`, {
    expected,
    found,
    hint: "rund-lab can change only the config of the machine's own containerd and of `rund-lab env up`: use one of the two",
  });
}

/**
 * Returns the steps that prepare the machine for a runtime. They apply the overlay to the runtime's config, set the runtime's
 * snapshotter in containerd's config and restart containerd if that is a change, and make the runtime's template if it has one.
 * The steps are those of the paper's scripts, each with the steps that undo it.
 *
 * @param containerd null if its config is unknown; its snapshotter is then not changed
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

/** Returns the steps that make containerd use a snapshotter; empty if it already does. */
function snapshotterSteps({ service, configPath: file, configText }: ContainerdInUse, snapshotter: string): Step[] {
  if (snapshotter === configuredSnapshotter(configText)) return [];
  const restart = { kind: "restart-containerd", containerd: service } as const;
  const changes = snapshotterOverlay(configText, snapshotter);
  return [{ kind: "patch", file, changes, addSections: true, undo: [{ kind: "put-back", file }, restart] }, restart];
}

/**
 * Returns the steps that set up cells of one guest memory. They set the guest's memory to the nominal size plus the runtime's
 * `guestMemoryExtraMb`, as the paper's scripts do, and make a new template.
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
