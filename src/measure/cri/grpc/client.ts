/**
 * One CRI runtime service: `connectCri` reaches it over gRPC, `connectCrictl` through the program crictl. Both pass the
 * same contract tests. A call that fails throws a `CriError`, whose `reason` says why.
 */
export interface CriClient {
  /** The driver, as the manifest names it. */
  readonly driver: "cri" | "crictl" | "none";
  version(options?: CallOptions): Promise<CriVersion>;
  status(options?: CallOptions): Promise<CriStatus>;
  /** The cgroup driver, from the service's RuntimeConfig; null if it has no such call. */
  cgroupDriver(options?: CallOptions): Promise<"systemd" | "cgroupfs" | null>;
  /** Starts a sandbox and returns its id, once the runtime reports that it runs. */
  runPodSandbox(sandbox: SandboxConfig, options?: CallOptions): Promise<string>;
  podSandboxStatus(id: string, options?: CallOptions): Promise<SandboxStatus>;
  /** Lists the sandboxes that have all of these labels. */
  listPodSandbox(labels: Readonly<Record<string, string>>, options?: CallOptions): Promise<readonly SandboxSummary[]>;
  /** Stops a sandbox; also succeeds if it was stopped or removed before. */
  stopPodSandbox(id: string, options?: CallOptions): Promise<void>;
  /** Removes a stopped sandbox; also succeeds if it was removed before. */
  removePodSandbox(id: string, options?: CallOptions): Promise<void>;
  /** Creates a container in a running sandbox and returns its id. */
  createContainer(
    sandboxId: string,
    container: ContainerConfig,
    sandbox: SandboxConfig,
    options?: CallOptions,
  ): Promise<string>;
  startContainer(id: string, options?: CallOptions): Promise<void>;
  containerStatus(id: string, options?: CallOptions): Promise<ContainerStatus>;
  /** Describes an image in the service's own store; null if the store does not have it. */
  imageStatus(image: string, options?: CallOptions): Promise<ImageStatus | null>;
  pullImage(image: string, options?: CallOptions): Promise<void>;
  close(): void;
}

/** The time limit of one call, and a signal that ends it early. */
export interface CallOptions {
  /** Milliseconds until the call times out; by default 60,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The name and version of a CRI service. */
export interface CriVersion {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly runtimeApiVersion: string;
}

/** The service's own status: whether its runtime and network are ready, and its verbose description. */
export interface CriStatus {
  /** Such as RuntimeReady and NetworkReady. */
  readonly conditions: readonly {
    readonly type: string;
    readonly status: boolean;
    readonly reason: string;
    readonly message: string;
  }[];
  /** The service's own description of itself (verbose status), by key; often JSON. */
  readonly info: Readonly<Record<string, string>>;
}

/** A sandbox to be started. Name, namespace and uid together must be new to the service. */
export interface SandboxConfig {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  /** The CRI runtime handler; "" is the service's default. */
  readonly handler: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly logDirectory?: string;
  readonly cgroupParent?: string;
  /** Whether the sandbox itself gets the service's default seccomp profile; by default it has none. */
  readonly seccomp?: boolean;
  /** NODE needs no CNI plugins; campaigns use it by default. */
  readonly network: "NODE" | "POD";
}

/** The two states of a sandbox in CRI. */
export type SandboxState = "SANDBOX_READY" | "SANDBOX_NOTREADY";

/** The status of one sandbox. */
export interface SandboxStatus {
  readonly id: string;
  readonly state: SandboxState;
  readonly handler: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Nanoseconds since the epoch, by the service's clock. */
  readonly createdAtNs: bigint;
  /** The address in its pod network; empty on the host's network. */
  readonly ip: string;
}

/** A sandbox in the service's list. */
export interface SandboxSummary {
  readonly id: string;
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly state: SandboxState;
  readonly handler: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A container to be created. */
export interface ContainerConfig {
  readonly name: string;
  readonly image: string;
  /** The whole command with its arguments; empty to use the image's own. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The log's path below the sandbox's log directory. */
  readonly logPath: string;
  /** CPUs that it may use, such as 0.5; null for no limit. */
  readonly cpu: number | null;
  /** Bytes of memory that it may use; null for no limit. */
  readonly memoryBytes: number | null;
}

/** The states of a container in CRI. */
export type ContainerState = "CONTAINER_CREATED" | "CONTAINER_RUNNING" | "CONTAINER_EXITED" | "CONTAINER_UNKNOWN";

/** The status of one container. */
export interface ContainerStatus {
  readonly id: string;
  readonly state: ContainerState;
  readonly exitCode: number;
  /** Such as Completed, Error or OOMKilled; empty while it runs. */
  readonly reason: string;
  readonly message: string;
}

/** An image as the service stores it. */
export interface ImageStatus {
  /** The digest of its config. */
  readonly id: string;
  /** Names with the digest of their manifest; empty for an image that was imported. */
  readonly digests: readonly string[];
  readonly bytes: number;
}
