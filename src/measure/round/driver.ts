import type { NodeUsage, Sample } from "../../campaign-files/events.js";
import type { End } from "../../model/end.js";
import type { SandboxConfig, SandboxSummary } from "../cri/grpc/client.js";

/**
 * The interface to a service that starts sandboxes: a CRI service, or a Kubernetes cluster. Rounds, background sandboxes and
 * clean-up use only this.
 */
export interface Driver {
  /** Its name in the manifest. */
  readonly kind: "cri" | "crictl" | "kubernetes" | "none";
  /** Resolves if the service still answers. @throws an error that `isLost` recognises if it does not */
  ping(timeoutMs: number): Promise<void>;
  /** Lists the sandboxes that have all of these labels. */
  list(labels: Readonly<Record<string, string>>, timeoutMs: number): Promise<readonly SandboxSummary[]>;
  /** Removes a sandbox with its containers; also succeeds if it does not exist. */
  remove(id: string, timeoutMs: number): Promise<void>;
  /**
   * Prepares to start these sandboxes, before a round is released: begins to watch everything that must be seen from the first
   * request on.
   *
   * @throws LabError if they cannot be started, such as for a port that is taken
   */
  begin(workload: Workload, sandboxes: readonly SandboxConfig[]): Promise<Starts>;
  /** Reads the nodes' use from their kubelets; only if sandboxes run on other machines than rund-lab. */
  nodeUsage?(): Promise<readonly NodeUsage[]>;
}

/** Sandboxes that will be started together. */
export interface Starts {
  /**
   * Starts one sandbox and follows it to the workload's end. A failure is also returned as a sample, with the stage that failed.
   *
   * @param timeoutMs of the campaign's clock, for all stages together
   * @throws the signal's reason if it is aborted
   */
  start(sandbox: SandboxConfig, client: number, from: Release, timeoutMs: number, signal: AbortSignal): Promise<Sample>;
  /** Adds to samples the reports that arrived after their ends. The samples' own times do not change. */
  complete(samples: readonly Sample[], from: Release): Promise<readonly Sample[]>;
  /** Reads the current output of a client's container; undefined if the service's logs are not on this machine. */
  output?(client: number): ContainerOutput;
  /** Ends the watching. The sandboxes keep running. */
  close(): void;
}

/** The output of a container, each stream unchanged. */
export interface ContainerOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** The moment from which all times of a round's samples count, on both clocks. */
export interface Release {
  /** A reading of the campaign's monotonic clock. */
  readonly atNs: bigint;
  /** The wall clock at that moment, in milliseconds since 1970. */
  readonly epochMs: number;
}

/** The container of a sandbox, and the end of its cold start. */
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
  /** The whole command with its arguments; empty to use the image's own. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /**
   * The port that its process serves. On the host's network every client has its own port, beginning with this one; the process
   * finds its port in the environment variable PORT.
   */
  readonly port: number;
  /** The path of an HTTP request that answers with 2xx; null for a TCP connection. */
  readonly path: string | null;
  /** CPUs that it may use; null for no limit. */
  readonly cpu: number | null;
  readonly memoryMiB: number | null;
}

/** A sandbox without a container, which is ready when its runtime reports it. The paper measures this. */
export const emptySandbox: Workload = { until: "sandbox", container: null };
