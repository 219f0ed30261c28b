import type { CriMethod } from "../grpc/protocol.js";
import { hasLabels } from "../labels.js";

/** The effect of a fault on a request. */
export type FaultAction =
  /** A gRPC status instead of an answer. */
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** No answer, ever. */
  | { readonly kind: "hang" }
  /** The answer comes this many milliseconds later, independent of the replay's speed. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** Every connection of the service breaks. */
  | { readonly kind: "drop" }
  /** RunPodSandbox only: the sandbox is made and stays SANDBOX_NOTREADY. */
  | { readonly kind: "never-ready" }
  /** RunPodSandbox only: the sandbox no longer exists when its id is returned. */
  | { readonly kind: "vanish" };

/** A fault to inject: the requests that it affects, and its effect. */
export interface Fault {
  readonly method: CriMethod;
  /** Only requests about a sandbox with all of these labels (for a list: a filter with all of them). */
  readonly labels?: Readonly<Record<string, string>>;
  /** Only the nth of the matching requests, 1 for the first; by default all. */
  readonly nth?: number;
  readonly does: FaultAction;
}

/**
 * Counts requests against a list of faults.
 *
 * @returns a function that takes each request once and returns the first fault that affects it, or null
 */
export function faultFinder(faults: readonly Fault[]) {
  const seen = faults.map(() => 0);
  return (method: CriMethod, labels: Readonly<Record<string, string>>): FaultAction | null => {
    let found: FaultAction | null = null;
    for (const [index, fault] of faults.entries()) {
      if (fault.method !== method || !hasLabels(labels, fault.labels ?? {})) continue;
      seen[index]! += 1;
      if (fault.nth === undefined || fault.nth === seen[index]) found ??= fault.does;
    }
    return found;
  };
}
