import { EventEmitter, once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { Api } from "../api/api.js";
import { ClusterError, clusterReason, failedFor } from "../api/errors.js";
import { podProgress } from "./pod-progress.js";

/** A change of a pod, with its time of arrival. */
export interface PodChange {
  readonly name: string;
  /** Null if the pod was deleted. */
  readonly pod: V1Pod | null;
  /** A reading of the machine's monotonic clock when the event arrived. */
  readonly atNs: bigint;
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: V1Pod & { readonly code?: number; readonly message?: string };
}

/** Seconds after which the server ends a watch; the watch is then opened again, from its last version. */
const watchSeconds = 3600;
const firstWaitMs = 50;
const longestWaitMs = 2_000;

/**
 * One watch on the pods with a label, for a whole campaign. It is opened again after the connection breaks, the server ends it,
 * or its resource version is too old (410). Afterwards the pods are listed again, so that no change is lost. A change may arrive
 * late while the watch is not open; `unbroken` checks for such a gap.
 */
export class PodWatch {
  readonly #api: Api;
  readonly #path: string;
  readonly #selector: string;
  readonly #stop = new AbortController();
  readonly #listeners = new Map<string, (change: PodChange) => void>();
  /** Each pod as last seen. Its resource version tells repeated events apart from changes. */
  readonly #pods = new Map<string, V1Pod>();
  /** Names are never reused, so an event of a deleted pod is a repeated one. */
  readonly #gone = new Set<string>();
  /** The reason for each eviction, by the pod's name. */
  readonly #evictions = new Map<string, string>();
  #isOpen = false;
  #openings = 0;
  #failure: unknown;
  readonly #states = new EventEmitter<{ change: [] }>().setMaxListeners(0);
  readonly #running: Promise<void>;

  constructor(api: Api, namespace: string, selector: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
    this.#selector = selector;
    this.#running = this.#run().catch(error => {
      this.#failure = error;
      this.#states.emit("change");
    });
  }

  /**
   * Resolves as soon as the watch is open.
   *
   * @throws ClusterError if it has ended for good, or is not open within the time limit
   */
  async opened(timeoutMs: number): Promise<void> {
    const late = AbortSignal.timeout(timeoutMs);
    while (!this.#isOpen) {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        await once(this.#states, "change", { signal: late });
      } catch (cause) {
        const why = `the watch on the pods could not be opened within ${timeoutMs} ms`;
        throw new ClusterError("unavailable", null, this.#path, why, cause);
      }
    }
  }

  /** Returns a function that checks whether the watch has been open without a gap since this call. */
  unbroken(): () => boolean {
    const opening = this.#isOpen ? this.#openings : 0;
    return () => this.#isOpen && this.#openings === opening;
  }

  /** Returns the reason for a pod's eviction; undefined if the watch has seen none. */
  evicted(name: string): string | undefined {
    return this.#evictions.get(name);
  }

  /**
   * Calls a function at each change of a pod, from now on.
   *
   * @returns a function that ends this
   */
  follow(name: string, listener: (change: PodChange) => void): () => void {
    this.#listeners.set(name, listener);
    return () => this.#listeners.delete(name);
  }

  /**
   * Resolves when the pod has been deleted.
   *
   * @throws ClusterError `other` if it was not deleted within the time limit
   */
  async gone(name: string, timeoutMs: number): Promise<void> {
    if (this.#gone.has(name)) return;
    await new Promise<void>((settle, fail) => {
      const timer = setTimeout(() => {
        end();
        fail(new ClusterError("other", null, name, `the pod is still there ${timeoutMs} ms after its deletion`));
      }, timeoutMs);
      const end = this.follow(name, ({ pod }) => {
        if (pod !== null) return;
        clearTimeout(timer);
        end();
        settle();
      });
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let version: string | null = null;
    let waitMs = firstWaitMs;
    while (!signal.aborted) {
      const openings = this.#openings;
      try {
        version ??= await this.#list();
        version = await this.#watch(version);
      } catch (error) {
        if (signal.aborted) return;
        if (this.#openings > openings) waitMs = firstWaitMs;
        if (this.#openings === 0 || failedFor(error, "unauthorized", "forbidden", "not-found")) throw error;
        if (!failedFor(error, "gone")) {
          await delay(waitMs, undefined, { signal }).catch(() => {});
          waitMs = Math.min(longestWaitMs, waitMs * 2);
        }
        version = null;
      }
    }
  }

  /**
   * Lists the pods and reports their changes.
   *
   * @returns the resource version from which to watch
   */
  async #list(): Promise<string> {
    const { signal } = this.#stop;
    const query = { labelSelector: this.#selector };
    const list = await this.#api.call<{ items: V1Pod[]; metadata: { resourceVersion: string } }>({
      path: this.#path,
      query,
      signal,
    });
    const atNs = process.hrtime.bigint();
    const there = new Set(list.items.map(({ metadata }) => metadata!.name!));
    for (const pod of list.items) this.#change(pod, atNs);
    for (const name of [...this.#pods.keys()]) if (!there.has(name)) this.#removed(name, atNs);
    return list.metadata.resourceVersion;
  }

  /**
   * Watches until the server ends it.
   *
   * @returns the version from which to continue
   * @throws ClusterError
   */
  async #watch(from: string): Promise<string> {
    const { signal } = this.#stop;
    const query = {
      watch: "true",
      allowWatchBookmarks: "true",
      labelSelector: this.#selector,
      resourceVersion: from,
      timeoutSeconds: String(watchSeconds),
    };
    const response = await this.#api.open({ path: this.#path, query, signal });
    response.socket?.setKeepAlive(true, 10_000);
    this.#isOpen = true;
    this.#openings++;
    this.#states.emit("change");
    let version = from;
    let rest = "";
    try {
      response.setEncoding("utf8");
      for await (const part of response) {
        const atNs = process.hrtime.bigint();
        const lines = (rest + part).split("\n");
        rest = lines.pop()!;
        for (const line of lines) if (line !== "") version = this.#event(JSON.parse(line) as WatchEvent, atNs);
      }
    } catch (cause) {
      if (cause instanceof ClusterError) throw cause;
      throw new ClusterError("unavailable", null, this.#path, `the watch broke: ${(cause as Error).message}`, cause);
    } finally {
      this.#isOpen = false;
    }
    // an orderly end after a complete line continues from its last version
    if (rest === "") return version;
    throw new ClusterError("unavailable", null, this.#path, "the watch broke in the middle of an event");
  }

  #event({ type, object }: WatchEvent, atNs: bigint): string {
    if (type === "ERROR") {
      const { code = 500, message = "the watch failed" } = object;
      throw new ClusterError(clusterReason(code), code, this.#path, message);
    }
    const { name, resourceVersion } = object.metadata!;
    if (type === "DELETED") this.#removed(name!, atNs);
    else if (type !== "BOOKMARK") this.#change(object, atNs);
    return resourceVersion!;
  }

  #change(pod: V1Pod, atNs: bigint): void {
    const { name, resourceVersion } = pod.metadata!;
    if (this.#gone.has(name!)) return;
    if (this.#pods.get(name!)?.metadata?.resourceVersion === resourceVersion) return;
    this.#pods.set(name!, pod);
    const { trouble } = podProgress(pod);
    if (trouble?.reason === "evicted") this.#evictions.set(name!, trouble.message);
    this.#listeners.get(name!)?.({ name: name!, pod, atNs });
  }

  #removed(name: string, atNs: bigint): void {
    if (this.#gone.has(name)) return;
    this.#gone.add(name);
    this.#pods.delete(name);
    this.#listeners.get(name)?.({ name, pod: null, atNs });
  }
}
