import type {
  CallOptions,
  ContainerConfig,
  ContainerStatus,
  CriClient,
  SandboxConfig,
  SandboxState,
  SandboxSummary,
} from "../../../src/measure/cri/grpc/client.js";
import { CriError, type CriReason } from "../../../src/measure/cri/grpc/errors.js";
import type { VirtualClock } from "./virtual-clock.js";

/** How one sandbox's start goes. */
export interface Start {
  /** Until RunPodSandbox answers. */
  readonly ms: number;
  readonly fails?: CriReason;
  /** NOTREADY after the answer. */
  readonly state?: SandboxState;
  /** Gone as soon as its id is given out. */
  readonly vanishes?: boolean;
  /** How its container goes: milliseconds of the two calls, their failures, the code with which it exits at once. */
  readonly container?: {
    readonly createMs?: number;
    readonly createFails?: string;
    readonly startMs?: number;
    readonly startFails?: string;
    readonly exitCode?: number;
  };
}

/** A CRI service on a virtual clock: what it does is scripted, and what it was asked is counted. */
export class FakeCri implements CriClient {
  readonly driver = "cri";
  readonly sandboxes = new Map<string, SandboxSummary>();
  /** RunPodSandbox requests, in order. */
  readonly requests: SandboxConfig[] = [];
  readonly containers = new Map<string, { readonly sandbox: SandboxConfig; readonly container: ContainerConfig }>();
  /** Milliseconds a PodSandboxStatus takes. */
  statusMs = 1;
  /** Ids that will not be removed. */
  readonly stuck = new Set<string>();
  /** Nobody answers any more. */
  gone = false;
  #made = 0;

  constructor(
    readonly clock: VirtualClock,
    private readonly script: (sandbox: SandboxConfig) => Start,
  ) {}

  async version() {
    this.#answer();
    return { runtimeName: "fake", runtimeVersion: "1", runtimeApiVersion: "v1" };
  }

  async status() {
    this.#answer();
    return { conditions: [], info: {} };
  }

  async cgroupDriver() {
    return null;
  }

  async runPodSandbox(sandbox: SandboxConfig, { timeoutMs = 60_000, signal }: CallOptions = {}): Promise<string> {
    this.#answer();
    this.requests.push(sandbox);
    const start = this.script(sandbox);
    await this.clock.sleep(Math.min(start.ms, timeoutMs), signal);
    if (start.ms >= timeoutMs) throw new CriError("timeout", 4, "fake", `no answer within ${timeoutMs} ms`);
    if (start.fails !== undefined) throw new CriError(start.fails, 2, "fake", `it is ${start.fails}`);
    const id = `id${String(++this.#made).padStart(4, "0")}`;
    const { name, uid, namespace, handler, labels } = sandbox;
    const state = start.state ?? "SANDBOX_READY";
    if (start.vanishes !== true) this.sandboxes.set(id, { id, name, uid, namespace, handler, labels, state });
    // the sandbox is made, whoever hears of it
    this.#answer();
    return id;
  }

  async podSandboxStatus(id: string) {
    await this.clock.sleep(this.statusMs);
    this.#answer();
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined) throw new CriError("not-found", 5, "fake", "no such sandbox");
    return { id, state: sandbox.state, handler: sandbox.handler, labels: sandbox.labels, createdAtNs: 0n, ip: "" };
  }

  async listPodSandbox(labels: Readonly<Record<string, string>>) {
    this.#answer();
    return [...this.sandboxes.values()].filter(sandbox =>
      Object.entries(labels).every(([name, value]) => sandbox.labels[name] === value),
    );
  }

  async stopPodSandbox() {
    await this.clock.sleep(10);
    this.#answer();
  }

  async removePodSandbox(id: string) {
    this.#answer();
    if (this.stuck.has(id)) throw new CriError("other", 2, "fake", "device or resource busy");
    this.sandboxes.delete(id);
  }

  /** What happens to a sandbox that dies. */
  kill(id: string): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox !== undefined) this.sandboxes.set(id, { ...sandbox, state: "SANDBOX_NOTREADY" });
  }

  async createContainer(sandboxId: string, container: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    const { createMs = 1, createFails } = this.script(sandbox).container ?? {};
    await this.clock.sleep(createMs);
    this.#answer();
    if (createFails !== undefined) throw new CriError("other", 2, "fake", createFails);
    const id = `${sandboxId}-${container.name}`;
    this.containers.set(id, { sandbox, container });
    return id;
  }

  async startContainer(id: string): Promise<void> {
    const { startMs = 1, startFails } = this.script(this.containers.get(id)!.sandbox).container ?? {};
    await this.clock.sleep(startMs);
    this.#answer();
    if (startFails !== undefined) throw new CriError("other", 2, "fake", startFails);
  }

  async containerStatus(id: string): Promise<ContainerStatus> {
    const { exitCode = null } = this.script(this.containers.get(id)!.sandbox).container ?? {};
    await this.clock.sleep(this.statusMs);
    this.#answer();
    const state = exitCode === null ? "CONTAINER_RUNNING" : "CONTAINER_EXITED";
    return { id, state, exitCode: exitCode ?? 0, reason: exitCode === null ? "" : "Error", message: "" };
  }

  async imageStatus() {
    this.#answer();
    return { id: "sha256:fake", digests: [], bytes: 1 };
  }

  async pullImage() {
    this.#answer();
  }

  close() {}

  #answer(): void {
    if (this.gone) throw new CriError("unavailable", 14, "fake", "connect ECONNREFUSED");
  }
}
