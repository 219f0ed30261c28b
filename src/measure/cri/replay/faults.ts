import type { CriMethod } from "../grpc/protocol.js";
import { hasLabels } from "../labels.js";

/** What a fault does to a request it hits. */
export type FaultAction =
  /** A gRPC status instead of an answer. */
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** No answer, ever. */
  | { readonly kind: "hang" }
  /** The answer comes this much later, independent of the replay's speed. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** Every connection of the service breaks. */
  | { readonly kind: "drop" }
  /** RunPodSandbox only: the sandbox is made and stays SANDBOX_NOTREADY. */
  | { readonly kind: "never-ready" }
  /** RunPodSandbox only: the sandbox is gone as soon as its id is given out. */
  | { readonly kind: "vanish" };

/** A failure to rehearse: which requests it hits, and what it does to them. */
export interface Fault {
  readonly method: CriMethod;
  /** Only requests about a sandbox with all of these labels (for a list: a filter with all of them). */
  readonly labels?: Readonly<Record<string, string>>;
  /** Only the nth of the requests that match, 1 for the first; every one if left out. */
  readonly nth?: number;
  readonly does: FaultAction;
}

/**
 * Counts requests against a list of faults.
 *
 * @returns a function that takes each request once and gives what is to happen to it: the first fault that hits, or null
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
