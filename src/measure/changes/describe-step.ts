import type { TomlOverlay } from "../runtimes/runtime.js";
import { shellWord } from "../system/shell-word.js";
import type { Step } from "./steps.js";

/**
 * Returns a step as one line, for logs.
 *
 * @example describeStep({ kind: "sandbox", handler: "rund" }) // "start one sandbox of rund and remove it"
 */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case "command":
      return step.argv.map(shellWord).join(" ");
    case "absent":
      return `make sure that ${step.what} does not exist yet`;
    case "patch":
      return `set in ${step.file}: ${describeChanges(step.changes).join("; ")}`;
    case "put-back":
      return `restore ${step.file}`;
    case "restart-containerd":
      return "unit" in step.containerd
        ? `restart ${step.containerd.unit} and wait for its CRI`
        : `restart the private containerd in ${step.containerd.folder} and wait for its CRI`;
    case "empty-folder":
      return `empty ${step.folder}`;
    case "sandbox":
      return `start one sandbox of ${step.handler} and remove it`;
    case "wait":
      return `wait ${step.seconds} s`;
  }
}

/**
 * Returns the changes of an overlay, one per table.
 *
 * @example describeChanges({ factory: { enable_template: true, x: null } }) // ["[factory] enable_template = true, without x"]
 */
export function describeChanges(changes: TomlOverlay): string[] {
  return Object.entries(changes).map(([table, values]) => {
    const keys = Object.entries(values).map(([key, value]) =>
      value === null ? `without ${key}` : `${key} = ${JSON.stringify(value)}`,
    );
    return `[${table}] ${keys.join(", ")}`;
  });
}
