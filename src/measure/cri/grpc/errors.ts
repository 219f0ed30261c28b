import { LabError } from "../../../model/errors.js";
import { failureHint } from "./known-failures.js";

/** The reasons for a failed CRI call that callers handle differently. */
export type CriReason =
  /** rund-lab's deadline passed; it is unknown whether the sandbox was made. */
  | "timeout"
  /** The service answered that its own deadline had passed. */
  | "service-timeout"
  | "unknown-handler"
  /** Another sandbox has the name, namespace and uid. */
  | "name-taken"
  | "not-found"
  /** No answer: no socket, no permission, no listener, or a broken connection. */
  | "unavailable"
  /** Something listens but does not speak CRI v1. */
  | "no-cri"
  /** The caller's own signal ended it. */
  | "aborted"
  | "other";

/** Maximum number of characters kept of a service's message; the stack of a dead shim may be long. */
const detailsLength = 4_000;

/** A failed CRI call. `grpcCode` is null if the failure came from elsewhere, such as a crictl that does not run. */
export class CriError extends LabError {
  readonly reason: CriReason;
  readonly grpcCode: number | null;
  /** The service's whole message; the error's message is its first line. */
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
 * Returns the reason for a gRPC status. containerd and CRI-O give code 2 (unknown) for an unknown handler and for a name that is
 * taken, so their texts decide there.
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

/** Returns a service's message without the lines that may follow its reason, such as the stack of a dead shim. */
function headline(text: string): string {
  const [first = "", ...more] = text.trim().split("\n");
  return more.length === 0 ? first : `${first} …`;
}

/** Whether an error means that the service itself no longer answers, and not that one sandbox failed. */
export const isLost = (error: unknown): boolean =>
  error instanceof LabError && "reason" in error && error.reason === "unavailable";

/**
 * Ignores the error "not found", in a `.catch` after stopping or removing, because a sandbox that no longer exists needs neither.
 */
export function ignoreNotFound(error: unknown): void {
  if (!(error instanceof CriError) || error.reason !== "not-found") throw error;
}

/** Returns the next step for the user. */
function hintFor(reason: CriReason, found: string): { hint?: string } {
  switch (reason) {
    case "unavailable":
      return { hint: unavailableHint(found) };
    case "no-cri":
      return {
        hint: 'CRI v1 is missing: it needs containerd 1.6 or later with no "cri" in `disabled_plugins` of its config.toml',
      };
    case "unknown-handler":
      return { hint: "`rund-lab doctor` lists the handlers; a new one goes into containerd's config.toml" };
    case "name-taken":
      return { hint: "a sandbox of that name already exists: was an earlier campaign cleaned up?" };
    case "timeout":
      return { hint: "raise the limit with --timeout, or look in the runtime's log for the cause" };
    default: {
      const hint = failureHint(found);
      return hint === undefined ? {} : { hint };
    }
  }
}

/**
 * Returns the next step for a service that cannot be reached, or no longer answers.
 *
 * @example unavailableHint("connect EACCES /run/containerd.sock") // "the socket belongs to root: run with sudo"
 */
export function unavailableHint(found: string): string {
  if (/EACCES|EPERM|permission denied/.test(found)) return "the socket belongs to root: run with sudo";
  if (/ENOENT|no such file/.test(found)) {
    return "no such socket: is containerd running? `rund-lab env up` starts a private one";
  }
  if (/ECONNREFUSED|connection refused/.test(found)) {
    return "nothing listens there any more: start containerd again, or start a private one with `rund-lab env up`";
  }
  return "the service no longer answers: look at its log, then run `rund-lab run --resume`";
}
