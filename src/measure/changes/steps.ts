import { z } from "zod";
import type { TomlOverlay } from "../runtimes/runtime.js";

/**
 * One change of the machine, as data: the same list of steps is performed, printed as a shell script, and written into the undo
 * journal.
 */
export type Step = StepKind & {
  /** Undoes it. Noted in the journal before the step begins, so it must be harmless if the step never ran. */
  readonly undo?: readonly Step[];
};

type StepKind =
  | {
      readonly kind: "command";
      /** Program and arguments; `${NAME}` is replaced by the captured output of an earlier command. */
      readonly argv: readonly string[];
      /** Keeps the output's first line under this name. */
      readonly capture?: string;
      /** Whether the other steps continue if it fails. */
      readonly mayFail?: boolean;
      /** Skipped if nothing was captured under this name. */
      readonly onlyWith?: string;
    }
  /** Something that must not exist yet: the command must fail. */
  | { readonly kind: "absent"; readonly argv: readonly string[]; readonly what: string }
  | {
      readonly kind: "patch";
      readonly file: string;
      readonly changes: TomlOverlay;
      /** Adds sections that are missing; otherwise they are an error. */
      readonly addSections?: boolean;
    }
  /** Restores a patched file as it was before its first change. */
  | { readonly kind: "put-back"; readonly file: string }
  | { readonly kind: "restart-containerd"; readonly containerd: ContainerdService }
  | { readonly kind: "empty-folder"; readonly folder: string }
  /** Starts one sandbox and removes it. */
  | { readonly kind: "sandbox"; readonly handler: string }
  | { readonly kind: "wait"; readonly seconds: number };

/** The information needed to restart a containerd: systemd's, or a private one with its folder. */
export type ContainerdService = { readonly unit: string; readonly socket: string } | { readonly folder: string };

const words = z.array(z.string()).min(1);
const undo = z.array(z.lazy(() => storedStep)).exactOptional();
const tomlValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable();

/** A step in the form in which the undo journal stores it. */
export const storedStep: z.ZodType<Step> = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("command"),
    argv: words,
    capture: z.string().min(1).exactOptional(),
    mayFail: z.boolean().exactOptional(),
    onlyWith: z.string().min(1).exactOptional(),
    undo,
  }),
  z.strictObject({ kind: z.literal("absent"), argv: words, what: z.string(), undo }),
  z.strictObject({
    kind: z.literal("patch"),
    file: z.string().min(1),
    changes: z.record(z.string(), z.record(z.string(), tomlValue)),
    addSections: z.boolean().exactOptional(),
    undo,
  }),
  z.strictObject({ kind: z.literal("put-back"), file: z.string().min(1), undo }),
  z.strictObject({
    kind: z.literal("restart-containerd"),
    containerd: z.union([
      z.strictObject({ unit: z.string().min(1), socket: z.string().min(1) }),
      z.strictObject({ folder: z.string().min(1) }),
    ]),
    undo,
  }),
  z.strictObject({ kind: z.literal("empty-folder"), folder: z.string().min(1), undo }),
  z.strictObject({ kind: z.literal("sandbox"), handler: z.string(), undo }),
  z.strictObject({ kind: z.literal("wait"), seconds: z.number().min(0).max(86_400), undo }),
]);
