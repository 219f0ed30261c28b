import type { NodeUsage, Sample } from "../../campaign-files/events.js";
import type { End } from "../../model/end.js";
import type { SandboxConfig, SandboxSummary } from "../cri/grpc/client.js";

/**
 * What starts sandboxes: a CRI service, or a Kubernetes cluster. Rounds, background sandboxes and clean-up know nothing else
 * of it.
 */
export interface Driver {
  /** As the manifest names it. */
  readonly kind: "cri" | "crictl" | "kubernetes" | "none";
  /** Resolves if the service still answers. @throws an error that `isLost` recognises if it does not */
  ping(timeoutMs: number): Promise<void>;
  /** Lists sandboxes that carry all of these labels, exactly. */
  list(labels: Readonly<Record<string, string>>, timeoutMs: number): Promise<readonly SandboxSummary[]>;
  /** Removes a sandbox with its containers; succeeds as well if it is gone. */
  remove(id: string, timeoutMs: number): Promise<void>;
  /**
   * Prepares to start these sandboxes, before a round is released: begins everything that must be watched from the
   * first request on.
   *
   * @throws LabError if they cannot be started like this, such as for a port that is taken
   */
  begin(workload: Workload, sandboxes: readonly SandboxConfig[]): Promise<Starts>;
  /** Reads what the nodes use, by their own account; only where sandboxes run on other machines than this one. */
  nodeUsage?(): Promise<readonly NodeUsage[]>;
}

/** Sandboxes about to be started together. */
export interface Starts {
  /**
   * Starts one sandbox and follows it to the workload's end. Whatever goes wrong is a sample too, with the stage that failed.
   *
   * @param timeoutMs of the campaign's clock, for all stages together
   * @throws the signal's reason if it is aborted meanwhile
   */
  start(sandbox: SandboxConfig, client: number, from: Release, timeoutMs: number, signal: AbortSignal): Promise<Sample>;
  /** Adds to the samples what became known only after their end. Changes none of their own times. */
  complete(samples: readonly Sample[], from: Release): Promise<readonly Sample[]>;
  /** Reads what a client's container has written so far; left out where the service's logs are not on this machine. */
  output?(client: number): ContainerOutput;
  /** Ends the watching. The sandboxes stay. */
  close(): void;
}

/** What a container has written, each stream as it was. */
export interface ContainerOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The moment all times of a round's samples count from, by both clocks. */
export interface Release {
  /** A reading of the campaign's monotonic clock. */
  readonly atNs: bigint;
  /** The wall clock at that moment, in milliseconds since 1970. */
  readonly epochMs: number;
}

/** What a sandbox is started with, and where its cold start ends. */
export interface Workload {
  readonly until: End;
  /** Null for an empty sandbox. */
  readonly container: WorkloadContainer | null;
}

/** The container in each sandbox. */
export interface WorkloadContainer {
  readonly image: string;
  /** Whether the image is pulled in each cold start, as a separate stage. */
  readonly pull: boolean;
  /** The whole command with its arguments; empty for the image's own. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /**
   * The port that its process serves. On the host's network every client has its own port, this one and those after
   * it; the process finds its port in the environment variable PORT.
   */
  readonly port: number;
  /** The path of an HTTP request that answers with 2xx; null for a TCP connection. */
  readonly path: string | null;
  /** CPUs it may use; null for no limit. */
  readonly cpu: number | null;
  readonly memoryMiB: number | null;
}

/** A sandbox without a container, ready when its runtime says so: what the paper measures. */
export const emptySandbox: Workload = { until: "sandbox", container: null };
