import { LabError } from "../../../model/errors.js";

/** The reasons for a failed request to the API server that callers handle differently. */
type ClusterReason =
  /** No answer: the connection was refused, broke, or timed out. */
  | "unavailable"
  /** The server cannot authenticate the client: no token, or an expired one. */
  | "unauthorized"
  /** The client is authenticated but not authorised. */
  | "forbidden"
  | "not-found"
  | "conflict"
  /** The resource version is too old to watch from. */
  | "gone"
  | "throttled"
  | "aborted"
  | "other";

/** A failed request to the API server. */
export class ClusterError extends LabError {
  readonly reason: ClusterReason;
  /** The HTTP status; null if there was no answer. */
  readonly status: number | null;

  constructor(reason: ClusterReason, status: number | null, where: string, message: string, cause?: unknown) {
    const kind = reason === "aborted" ? "interrupted" : "machine";
    const hint = refusals.find(([words]) => message.includes(words))?.[1] ?? hints[reason];
    super(`RUND_CLUSTER_${reason.toUpperCase().replace("-", "_")}`, kind, message, {
      where,
      ...(hint === undefined ? {} : { hint }),
      cause,
    });
    this.reason = reason;
    this.status = status;
  }
}

const hints: Readonly<Partial<Record<ClusterReason, string>>> = {
  unavailable: "check that `kubectl get --raw /readyz` answers with the same kubeconfig, then continue with --resume",
  unauthorized: "the credentials are missing or expired: log in again, or name another context with --cluster CONTEXT",
  forbidden: "environment/kubernetes/rights.yaml lists the rights that a campaign needs",
};

/** Refusals that no additional right would change, recognised by the server's message. */
const refusals: readonly (readonly [words: string, hint: string])[] = [
  [
    "being terminated",
    "`kubectl get namespace NAME -o yaml` shows the resources that the namespace still waits for; choose another namespace",
  ],
  ["exceeded quota", "the namespace's quota is used up: `kubectl describe resourcequota` shows it"],
];

/**
 * Returns the reason for an HTTP status of the API server.
 *
 * @example clusterReason(410) // "gone"
 * @example clusterReason(422) // "other"
 */
export function clusterReason(status: number): ClusterReason {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 409:
      return "conflict";
    case 410:
      return "gone";
    case 429:
      return "throttled";
    default:
      return "other";
  }
}

/** Whether a request failed for one of these reasons. */
export const failedFor = (error: unknown, ...reasons: readonly ClusterReason[]): error is ClusterError =>
  error instanceof ClusterError && reasons.includes(error.reason);
