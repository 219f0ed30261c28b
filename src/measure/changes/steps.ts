import type { TomlOverlay } from "../runtimes/runtime.js";

/**
 * One thing done to the machine, as data: the same list of steps is performed, printed as a shell script, and written into a
 * journal to be undone.
 */
export type Step = StepKind & {
  /** What takes it back; noted in the journal before the step is begun, so it must do no harm if the step never was. */
  readonly undo?: readonly Step[];
};

type StepKind =
  | {
      readonly kind: "command";
      /** Program and arguments; `${NAME}` stands for what an earlier command's output was captured as. */
      readonly argv: readonly string[];
      /** Keeps the output's first line under a name. */
      readonly capture?: string;
      /** A failure is no failure of the whole. */
      readonly mayFail?: boolean;
      /** Left out if nothing was captured under this name. */
      readonly onlyWith?: string;
    }
  /** Something that must not be there yet: the command must fail. */
  | { readonly kind: "absent"; readonly argv: readonly string[]; readonly what: string }
  | {
      readonly kind: "patch";
      readonly file: string;
      readonly changes: TomlOverlay;
      /** Adds sections that are missing; otherwise they are an error. */
      readonly addSections?: boolean;
    }
  /** A patched file as it was before its first change. */
  | { readonly kind: "put-back"; readonly file: string }
  | { readonly kind: "restart-containerd"; readonly containerd: ContainerdService }
  | { readonly kind: "empty-folder"; readonly folder: string }
  /** Starts one sandbox and removes it. */
  | { readonly kind: "sandbox"; readonly handler: string }
  | { readonly kind: "wait"; readonly seconds: number };

/** A containerd, as far as restarting it goes: systemd's, or a private one by its folder. */
export type ContainerdService = { readonly unit: string; readonly socket: string } | { readonly folder: string };
