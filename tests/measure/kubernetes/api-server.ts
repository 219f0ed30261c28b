import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

type Json = Record<string, unknown>;
export interface StandInPod {
  metadata: { name: string; namespace: string; resourceVersion: string; labels: Record<string, string> } & Json;
  spec: Json & { nodeName?: string };
  status: Json;
}

/** A node of the stand-in, whose clock is ahead by some milliseconds. */
export interface StandInNode {
  readonly name: string;
  readonly ready: boolean;
  readonly aheadMs: number;
}

/** What becomes of a pod: its status after each number of milliseconds. */
export type Fate = readonly { readonly afterMs: number; readonly node?: string; readonly status: Json }[];

const now = () => `${new Date().toISOString().slice(0, 19)}Z`;
const condition = (type: string) => ({ type, status: "True", lastTransitionTime: now() });

/** A pod that starts, as the API server of Kubernetes 1.32 reports it: the shapes are those of its own answers. */
export const starts = (sandboxMs: number, node = "node-a"): Fate => [
  { afterMs: 1, node, status: { phase: "Pending", conditions: [condition("PodScheduled")] } },
  {
    afterMs: sandboxMs,
    status: {
      phase: "Running",
      podIP: "127.0.0.1",
      conditions: ["PodReadyToStartContainers", "PodScheduled", "Ready"].map(condition),
      containerStatuses: [{ name: "workload", state: { running: { startedAt: now() } } }],
    },
  },
];

/**
 * A stand-in for the API server, on a socket: namespaces, pods with list, watch, bookmarks, create and delete, and the
 * faults that a real one has.
 */
export class StandInApiServer {
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #pods = new Map<string, StandInPod>();
  readonly #namespaces = new Set<string>();
  readonly #history: { readonly version: number; readonly type: string; readonly pod: StandInPod }[] = [];
  readonly #watchers = new Map<ServerResponse, string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #version = 100;
  #oldest = 0;
  /** The fate of the next pods; by name. */
  fate: (name: string) => Fate = () => starts(5);
  /** Refuses the next creations with 429 and this Retry-After. */
  busy: { left: number; readonly retryAfter: number } = { left: 0, retryAfter: 0 };
  /** Sends each event of a watch twice, the second with the one before it in between. */
  repeats = false;
  /** Events that no watch is told about, though it stays open. */
  loses: (type: string, pod: StandInPod) => boolean = () => false;
  /** Verbs that are forbidden, such as `create pods`. */
  readonly forbidden = new Set<string>();
  /** The status and message with which all creations of pods, rehearsals included, are refused; null if none is. */
  refusal: { readonly status: number; readonly message: string } | null = null;
  /** Milliseconds after which a creation is answered. */
  slowAnswerMs = 0;
  readonly created: string[] = [];
  readonly runtimeClasses = new Map<
    string,
    { readonly metadata: Json & { readonly name: string }; readonly handler?: string }
  >();
  nodes: readonly StandInNode[] = [];
  lists = 0;

  async listen(port = 0): Promise<URL> {
    await new Promise<void>(settle => this.#server.listen(port, "127.0.0.1", settle));
    return this.url;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  get pods(): readonly StandInPod[] {
    return [...this.#pods.values()];
  }

  get namespaces(): readonly string[] {
    return [...this.#namespaces];
  }

  get watches(): number {
    return this.#watchers.size;
  }

  /** Breaks every watch, as a crash does. */
  breakWatches(): void {
    for (const response of this.#watchers.keys()) response.destroy();
    this.#watchers.clear();
  }

  /** Ends every watch in order, as the API server does with one that is old, or too slow. */
  endWatches(): void {
    for (const response of this.#watchers.keys()) response.end();
    this.#watchers.clear();
  }

  /** Goes away and comes back on the same port after some milliseconds; what it stores goes on meanwhile, as in etcd. */
  async restart(ms: number): Promise<void> {
    const port = Number(this.url.port);
    this.breakWatches();
    this.#server.closeAllConnections();
    await new Promise<unknown>(settle => this.#server.close(settle));
    await delay(ms);
    await this.listen(port);
  }

  /** Forgets the events so far: a watch from before them is Gone. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history.length = 0;
    for (const response of this.#watchers.keys()) {
      response.end(line("ERROR", failure(410, "too old resource version")));
    }
    this.#watchers.clear();
  }

  bookmark(): void {
    this.#version++;
    const metadata = { resourceVersion: String(this.#version) };
    for (const response of this.#watchers.keys()) {
      response.write(`${JSON.stringify({ type: "BOOKMARK", object: { kind: "Pod", metadata } })}\n`);
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.breakWatches();
    this.#server.closeAllConnections();
    await new Promise<unknown>(settle => this.#server.close(settle));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://x");
    const body = await new Promise<string>(settle => {
      let text = "";
      request.on("data", part => {
        text += part;
      });
      request.on("end", () => settle(text));
    });
    if (url.pathname === "/version") return void json(response, 200, { gitVersion: "v1.32.13" });
    if (url.pathname === "/api/v1/pods") return void json(response, 200, { items: this.pods });
    if (url.pathname.startsWith("/api/v1/nodes")) return this.#node(url.pathname, response);
    const classes = "/apis/node.k8s.io/v1/runtimeclasses";
    if (url.pathname.startsWith(classes)) {
      return this.#runtimeClass(request.method, url.pathname.slice(classes.length + 1), body, response);
    }
    const [, namespace, kind, name] =
      /^\/api\/v1\/namespaces\/?([^/]*)\/?([^/]*)\/?([^/]*)/.exec(url.pathname) ?? ([] as (string | undefined)[]);
    const verb = { GET: name ? "get" : "list", POST: "create", DELETE: "delete" }[request.method ?? "GET"] ?? "?";
    const what = kind || "namespaces";
    if (this.forbidden.has(`${verb} ${what}`)) {
      return void fail(
        response,
        403,
        `${what} is forbidden: User "lab" cannot ${verb} resource "${what}" in API group ""`,
      );
    }
    if (url.pathname === "/readyz") return void response.end("ok");
    if (what === "namespaces") return this.#namespace(request.method, namespace ?? "", body, response);
    if (what !== "pods") return void json(response, 200, { items: [], metadata: { resourceVersion: "1" } });
    if (request.method === "POST" && this.refusal !== null) {
      return void fail(response, this.refusal.status, this.refusal.message);
    }
    if (url.searchParams.get("dryRun") === "All") return void json(response, 201, JSON.parse(body));
    if (request.method === "POST") return this.#create(JSON.parse(body), namespace ?? "", response);
    if (request.method === "DELETE") return this.#delete(name ?? "", response);
    const selector = url.searchParams.get("labelSelector") ?? "";
    if (url.searchParams.has("watch"))
      return this.#watch(Number(url.searchParams.get("resourceVersion")), selector, response);
    this.lists++;
    const items = this.pods.filter(pod => matches(pod, selector));
    json(response, 200, { kind: "PodList", metadata: { resourceVersion: String(this.#version) }, items });
  }

  /** Lists the nodes, or answers as a node's kubelet does: with the recorded documents, and by a clock of its own. */
  #node(path: string, response: ServerResponse): void {
    const [name, , ...rest] = path.split("/").slice(4);
    if (name === undefined) return void json(response, 200, { items: this.nodes.map(nodeObject) });
    const node = this.nodes.find(each => each.name === name);
    if (node === undefined) return void fail(response, 404, `nodes "${name}" not found`);
    const atMs = Date.now() + node.aheadMs;
    response.setHeader("Date", new Date(atMs).toUTCString());
    if (rest.join("/") === "metrics") return void response.end(recorded("metrics.txt"));
    const summary = JSON.parse(recorded("summary.json"));
    // a node that is busy all the time, with one CPU
    Object.assign(summary.node.cpu, { time: new Date(atMs).toISOString(), usageCoreNanoSeconds: Date.now() * 1e6 });
    json(response, 200, summary);
  }

  #runtimeClass(method: string | undefined, name: string, body: string, response: ServerResponse): void {
    if (method === "POST") {
      const made = JSON.parse(body);
      if (this.runtimeClasses.has(made.metadata.name)) return void fail(response, 409, "already exists");
      this.runtimeClasses.set(made.metadata.name, made);
      return void json(response, 201, made);
    }
    if (name === "") return void json(response, 200, { items: [...this.runtimeClasses.values()] });
    const there = this.runtimeClasses.get(name);
    if (there === undefined) return void fail(response, 404, `runtimeclasses "${name}" not found`);
    if (method === "DELETE") this.runtimeClasses.delete(name);
    json(response, 200, there);
  }

  #namespace(method: string | undefined, name: string, body: string, response: ServerResponse): void {
    if (method === "POST") {
      const made = JSON.parse(body).metadata.name as string;
      if (this.#namespaces.has(made)) return void fail(response, 409, `namespaces "${made}" already exists`);
      this.#namespaces.add(made);
      return void json(response, 201, {});
    }
    if (!this.#namespaces.has(name)) return void fail(response, 404, `namespaces "${name}" not found`);
    if (method === "DELETE") this.#namespaces.delete(name);
    json(response, 200, { metadata: { name }, status: { phase: "Active" } });
  }

  #create(pod: StandInPod, namespace: string, response: ServerResponse): void {
    const { name } = pod.metadata;
    if (this.busy.left > 0) {
      this.busy.left--;
      response.setHeader("Retry-After", String(this.busy.retryAfter));
      return void fail(response, 429, "too many requests, please try again later");
    }
    if (this.#pods.has(name)) return void fail(response, 409, `pods "${name}" already exists`);
    this.created.push(name);
    const metadata = { ...pod.metadata, namespace, creationTimestamp: now(), uid: `uid-${name}` };
    this.#change("ADDED", { ...pod, metadata, status: { phase: "Pending" } });
    const made = this.#pods.get(name);
    setTimeout(() => json(response, 201, made), this.slowAnswerMs);
    for (const { afterMs, node, status } of this.fate(name)) {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        const there = this.#pods.get(name);
        if (there === undefined) return;
        this.#change("MODIFIED", { ...there, spec: { ...there.spec, ...(node && { nodeName: node }) }, status });
      }, afterMs);
      this.#timers.add(timer);
    }
  }

  #delete(name: string, response: ServerResponse): void {
    const pod = this.#pods.get(name);
    if (pod === undefined) return void fail(response, 404, `pods "${name}" not found`);
    this.#change("DELETED", pod);
    json(response, 200, pod);
  }

  #change(type: string, pod: StandInPod): void {
    const version = ++this.#version;
    const changed = { ...pod, metadata: { ...pod.metadata, resourceVersion: String(version) } };
    if (type === "DELETED") this.#pods.delete(pod.metadata.name);
    else this.#pods.set(pod.metadata.name, changed);
    const before = this.#history.at(-1);
    this.#history.push({ version, type, pod: changed });
    for (const [response, selector] of this.#watchers) {
      if (!matches(changed, selector) || this.loses(type, changed)) continue;
      response.write(line(type, changed));
      if (!this.repeats) continue;
      if (before !== undefined && matches(before.pod, selector)) response.write(line(before.type, before.pod));
      response.write(line(type, changed));
    }
  }

  #watch(from: number, selector: string, response: ServerResponse): void {
    if (from < this.#oldest) {
      const object = failure(410, `too old resource version: ${from} (${this.#oldest})`);
      return void json(response, 200, { type: "ERROR", object });
    }
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
    for (const { version, type, pod } of this.#history) {
      if (version > from && matches(pod, selector)) response.write(line(type, pod));
    }
    this.#watchers.set(response, selector);
    response.on("close", () => this.#watchers.delete(response));
  }
}

const recorded = (name: string) => readFileSync(new URL(`recorded/${name}`, import.meta.url), "utf8");

const nodeObject = ({ name, ready }: StandInNode) => ({
  metadata: { name },
  spec: {},
  status: {
    conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
    allocatable: { cpu: "2", memory: "8Gi", pods: "110" },
    nodeInfo: { kernelVersion: "6.1.0", containerRuntimeVersion: "containerd://1.6.20", kubeletVersion: "v1.32.13" },
  },
});

const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

function matches({ metadata }: StandInPod, selector: string): boolean {
  return selector.split(",").every(part => {
    const [name = "", value] = part.split("=");
    return part === "" || metadata.labels[name] === value;
  });
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(value));
}

const reasons: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  409: "AlreadyExists",
  410: "Expired",
  429: "TooManyRequests",
};

const failure = (code: number, message: string) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason: reasons[code],
  code,
});

const fail = (response: ServerResponse, code: number, message: string) => json(response, code, failure(code, message));
