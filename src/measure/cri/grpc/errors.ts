import { LabError } from "../../../model/errors.js";
import { failureHint } from "./known-failures.js";

/** What went wrong with a CRI call, as far as programs must distinguish it. */
export type CriReason =
  /** Our deadline passed; whether the sandbox was made is unknown. */
  | "timeout"
  /** The service answered that a deadline of its own had passed. */
  | "service-timeout"
  | "unknown-handler"
  /** Name, namespace and uid belong to another sandbox. */
  | "name-taken"
  | "not-found"
  /** No answer: no socket, no permission, no listener, or a broken connection. */
  | "unavailable"
  /** Something listens but speaks no CRI v1. */
  | "no-cri"
  /** The caller's own signal stopped it. */
  | "aborted"
  | "other";

/** Characters that are kept of what a service says: the stack of a shim that has died may be long. */
const detailsLength = 4_000;

/** A failed CRI call. `grpcCode` is null where the failure came from elsewhere, such as a crictl that does not run. */
export class CriError extends LabError {
  readonly reason: CriReason;
  readonly grpcCode: number | null;
  /** Everything the service said; the message has its first line. */
  readonly details: string;

  constructor(reason: CriReason, grpcCode: number | null, where: string, found: string, cause?: unknown) {
    super(
      `RUND_CRI_${reason.toUpperCase().replaceAll("-", "_")}`,
      reason === "aborted" ? "interrupted" : "machine",
      headline(found),
      { where, ...hintFor(reason, found), cause },
    );
    this.reason = reason;
    this.grpcCode = grpcCode;
    this.details = found.trim().slice(0, detailsLength);
  }
}

/**
 * Returns the reason behind a gRPC status that a service answered with. containerd and CRI-O give code 2 (unknown) for
 * an unknown handler and for a name that is taken, so their texts decide there.
 *
 * @param code a gRPC status code, 0 to 16
 * @param details the status text
 * @example criReason(2, "failed to create shim: context deadline exceeded") // "service-timeout"
 * @example criReason(2, 'no runtime for "rund" is configured') // "unknown-handler"
 * @example criReason(2, 'failed to reserve sandbox name "a_b_c_0": name is reserved') // "name-taken"
 */
export function criReason(code: number, details: string): CriReason {
  if (/no runtime for .* is configured|failed to find runtime handler/.test(details)) return "unknown-handler";
  if (/failed to reserve sandbox name|name .* is reserved/.test(details)) return "name-taken";
  switch (code) {
    case 1:
      return "aborted";
    case 4:
      return "service-timeout";
    case 5:
      return "not-found";
    case 12:
      return "no-cri";
    case 14:
      return "unavailable";
    default:
      return /context deadline exceeded/.test(details) ? "service-timeout" : "other";
  }
}

/**
 * Returns what a service says, without the lines that may follow its reason, such as the stack of a shim that has died.
 */
function headline(text: string): string {
  const [first = "", ...more] = text.trim().split("\n");
  return more.length === 0 ? first : `${first} …`;
}

/** Whether an error means that the service itself is gone, rather than that one sandbox is in trouble. */
export const isLost = (error: unknown): boolean =>
  error instanceof LabError && "reason" in error && error.reason === "unavailable";

/** Ignores the error "not found", in a `.catch` after stopping or removing: a sandbox that is gone needs neither. */
export function ignoreNotFound(error: unknown): void {
  if (!(error instanceof CriError) || error.reason !== "not-found") throw error;
}

/** Returns the next step for the user who sees the error. */
function hintFor(reason: CriReason, found: string): { hint?: string } {
  switch (reason) {
    case "unavailable":
      if (/EACCES|EPERM|permission denied/.test(found)) return { hint: "the socket belongs to root: run with sudo" };
      if (/ENOENT|no such file/.test(found))
        return { hint: "no such socket: is containerd running? `rund-lab env up` starts a private one" };
      if (/ECONNREFUSED|connection refused/.test(found))
        return {
          hint: "nothing listens there any more: start containerd again, or start a private one with `rund-lab env up`",
        };
      return { hint: "the service stopped answering: look at its log, then run `rund-lab run --resume`" };
    case "no-cri":
      return {
        hint: 'CRI v1 is missing: it needs containerd 1.6 or later with no "cri" in `disabled_plugins` of its config.toml',
      };
    case "unknown-handler":
      return { hint: "`rund-lab doctor` lists the handlers; a new one goes into containerd's config.toml" };
    case "name-taken":
      return { hint: "a sandbox of that name already exists: was an earlier campaign cleaned up?" };
    case "timeout":
      return { hint: "raise the limit with --timeout, or see in the runtime's log what it waits for" };
    default: {
      const hint = failureHint(found);
      return hint === undefined ? {} : { hint };
    }
  }
}
