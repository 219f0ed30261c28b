import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { Api } from "./api.js";
import { ClusterError, clusterReason, failedFor } from "./errors.js";

/** A change of a pod, as it arrived. */
export interface PodChange {
  readonly name: string;
  /** Null if the pod is gone. */
  readonly pod: V1Pod | null;
  /** A reading of the machine's monotonic clock when the event arrived. */
  readonly atNs: bigint;
  /**
   * Whether the change arrived as an event of an unbroken watch. A change that a list shows after a break happened at some
   * time before: then its arrival says nothing of when.
   */
  readonly timed: boolean;
}

/** How one watch went. */
export interface WatchHealth {
  /** Connections that broke, and lists that had to be read again because the server had forgotten the watch's place. */
  readonly breaks: number;
  readonly expired: number;
}

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: V1Pod & { readonly code?: number; readonly message?: string };
}

/** Seconds after which the server ends a watch; it is then continued from its last bookmark, without a break. */
const watchSeconds = 3600;
const firstWaitMs = 50;
const longestWaitMs = 2_000;

/**
 * One watch on the pods that carry a label, for a whole campaign. It goes on after whatever the server does: a connection that
 * breaks, a watch that it ends for being slow, a resource version that it has compacted (410). After a break the pods are
 * listed again, so that no change is lost, and changes found that way are marked as untimed.
 */
export class PodWatch {
  readonly #api: Api;
  readonly #path: string;
  readonly #selector: string;
  readonly #stop = new AbortController();
  readonly #listeners = new Map<string, (change: PodChange) => void>();
  /** The last resource version of each pod, so that a repeated event is not a change. */
  readonly #pods = new Map<string, V1Pod>();
  /** Names are never used twice, so an event of a pod that is gone is a repeated one. */
  readonly #gone = new Set<string>();
  #breaks = 0;
  #expired = 0;
  #failure: unknown;
  readonly #running: Promise<void>;
  readonly #ready: Promise<void>;

  constructor(api: Api, namespace: string, selector: string) {
    this.#api = api;
    this.#path = `/api/v1/namespaces/${namespace}/pods`;
    this.#selector = selector;
    let ready!: () => void;
    let failed!: (error: unknown) => void;
    this.#ready = new Promise((settle, fail) => {
      ready = settle;
      failed = fail;
    });
    this.#ready.catch(() => {});
    this.#running = this.#run(ready).catch(error => {
      this.#failure = error;
      failed(error);
    });
  }

  /** Resolves when the watch is open. @throws ClusterError if it cannot be opened, or has ended for good */
  async ready(): Promise<void> {
    await this.#ready;
    if (this.#failure !== undefined) throw this.#failure;
  }

  get health(): WatchHealth {
    return { breaks: this.#breaks, expired: this.#expired };
  }

  /** The campaign's pods as far as the watch knows. */
  pods(): readonly V1Pod[] {
    return [...this.#pods.values()];
  }

  /** Calls back at each change of a pod, from now on. @returns what ends it */
  follow(name: string, listener: (change: PodChange) => void): () => void {
    this.#listeners.set(name, listener);
    return () => this.#listeners.delete(name);
  }

  /** Resolves when the pod is gone. @throws ClusterError `unavailable` if it is not within the time */
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

  async #run(opened: () => void): Promise<void> {
    const { signal } = this.#stop;
    let version: string | null = null;
    let waitMs = firstWaitMs;
    let first = true;
    while (!signal.aborted) {
      try {
        version ??= await this.#list(first);
        version = await this.#watch(version, () => {
          waitMs = firstWaitMs;
          first = false;
          opened();
        });
      } catch (error) {
        if (signal.aborted) return;
        if (failedFor(error, "gone")) {
          this.#expired++;
        } else if (first || failedFor(error, "unauthorized", "forbidden", "not-found")) {
          throw error;
        } else {
          this.#breaks++;
          await delay(waitMs, undefined, { signal }).catch(() => {});
          waitMs = Math.min(longestWaitMs, waitMs * 2);
        }
        version = null;
      }
    }
  }

  /** Lists the pods and reports what changed. @returns the resource version to watch from */
  async #list(first: boolean): Promise<string> {
    const { signal } = this.#stop;
    const query = { labelSelector: this.#selector };
    const list = await this.#api.call<{ items: V1Pod[]; metadata: { resourceVersion: string } }>({
      ...{ path: this.#path, query, signal },
    });
    const atNs = process.hrtime.bigint();
    const there = new Set(list.items.map(({ metadata }) => metadata!.name!));
    for (const pod of list.items) this.#change(pod, atNs, first);
    for (const name of [...this.#pods.keys()]) if (!there.has(name)) this.#removed(name, atNs, first);
    return list.metadata.resourceVersion;
  }

  /** Watches until the server ends it. @returns the version to go on from @throws ClusterError */
  async #watch(from: string, opened: () => void): Promise<string> {
    const { signal } = this.#stop;
    const query = {
      ...{ watch: "true", allowWatchBookmarks: "true", labelSelector: this.#selector, resourceVersion: from },
      timeoutSeconds: String(watchSeconds),
    };
    const response = await this.#api.open({ path: this.#path, query, signal });
    response.socket?.setKeepAlive(true, 10_000);
    opened();
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
    }
    // an orderly end on a line's end goes on from its last version
    if (rest === "") return version;
    throw new ClusterError("unavailable", null, this.#path, "the watch broke in the middle of an event");
  }

  #event({ type, object }: WatchEvent, atNs: bigint): string {
    if (type === "ERROR") {
      const { code = 500, message = "the watch failed" } = object;
      throw new ClusterError(clusterReason(code), code, this.#path, message);
    }
    const { name, resourceVersion } = object.metadata!;
    if (type === "DELETED") this.#removed(name!, atNs, true);
    else if (type !== "BOOKMARK") this.#change(object, atNs, true);
    return resourceVersion!;
  }

  #change(pod: V1Pod, atNs: bigint, timed: boolean): void {
    const { name, resourceVersion } = pod.metadata!;
    if (this.#gone.has(name!)) return;
    if (this.#pods.get(name!)?.metadata?.resourceVersion === resourceVersion) return;
    this.#pods.set(name!, pod);
    this.#listeners.get(name!)?.({ name: name!, pod, atNs, timed });
  }

  #removed(name: string, atNs: bigint, timed: boolean): void {
    if (this.#gone.has(name)) return;
    this.#gone.add(name);
    this.#pods.delete(name);
    this.#listeners.get(name)?.({ name, pod: null, atNs, timed });
  }
}
