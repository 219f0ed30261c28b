import { z } from "zod";
import { tomlOverlay } from "../runtimes/runtime.js";

const containerdService = z.union([
  z.strictObject({ unit: z.string().min(1), socket: z.string().min(1) }),
  z.strictObject({ folder: z.string().min(1) }),
]);

const words = z.array(z.string()).min(1).readonly();

/** A change to the machine without the steps that undo it, as the undo journal stores it. */
export const storedStep = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("command"),
    /** Program and arguments; `${NAME}` is replaced by the captured output of an earlier command. */
    argv: words,
    /** Keeps the output's first line under this name. */
    capture: z.string().min(1).exactOptional(),
    /** Whether the other steps continue if it fails. */
    mayFail: z.boolean().exactOptional(),
    /** Skipped if nothing was captured under this name. */
    onlyWith: z.string().min(1).exactOptional(),
  }),
  /** Something that must not exist yet: the command must fail. */
  z.strictObject({ kind: z.literal("absent"), argv: words, what: z.string() }),
  z.strictObject({
    kind: z.literal("patch"),
    file: z.string().min(1),
    changes: tomlOverlay,
    /** Adds sections that are missing; otherwise they are an error. */
    addSections: z.boolean().exactOptional(),
  }),
  /** Restores a patched file as it was before its first change. */
  z.strictObject({ kind: z.literal("put-back"), file: z.string().min(1) }),
  z.strictObject({ kind: z.literal("restart-containerd"), containerd: containerdService }),
  z.strictObject({ kind: z.literal("empty-folder"), folder: z.string().min(1) }),
  /** Starts one sandbox and removes it. */
  z.strictObject({ kind: z.literal("sandbox"), handler: z.string() }),
  z.strictObject({ kind: z.literal("wait"), seconds: z.number().min(0).max(86_400) }),
]);

type StoredStep = Readonly<z.infer<typeof storedStep>>;

/**
 * One change to the machine, as data: the same list of steps is performed, printed as a shell script, and written into the undo
 * journal.
 */
export type Step = StoredStep & {
  /** The steps that undo this one. The journal has them before this step begins, so they must be harmless if it never ran. */
  readonly undo?: readonly StoredStep[];
};

/** The information needed to restart a containerd: systemd's, or a private one with its folder. */
export type ContainerdService = Readonly<z.infer<typeof containerdService>>;
