import { randomUUID } from "node:crypto";
import { LabError } from "../../../model/errors.js";
import { ContainerdChannel } from "../../cri/grpc/containerd-channel.js";
import { unavailableHint } from "../../cri/grpc/errors.js";
import { field, type MessageOf, repeated, text, texts } from "../../cri/grpc/fields.js";
import { GrpcFailure } from "../../cri/grpc/unary-channel.js";

/** The mount of a snapshot, as containerd describes it. */
export type SnapshotMount = MessageOf<typeof messages, "Mount">;

type Labels = Readonly<Record<string, string>>;

/** Time limit of one call, in milliseconds; calls take long on a full disk or with a slow snapshotter. */
const callMs = 120_000;

const messages = {
  Mount: { type: text(1), source: text(2), target: text(3), options: repeated("string", 4) },
  PrepareRequest: { snapshotter: text(1), key: text(2), parent: text(3), labels: texts(4) },
  PrepareResponse: { mounts: repeated("Mount", 1) },
  CommitRequest: { snapshotter: text(1), name: text(2), key: text(3), labels: texts(4) },
  RemoveRequest: { snapshotter: text(1), key: text(2) },
  ListRequest: { snapshotter: text(1), filters: repeated("string", 2) },
  Info: { name: text(1), parent: text(2) },
  ListResponse: { info: repeated("Info", 1) },
  PluginsRequest: { filters: repeated("string", 1) },
  Status: { message: text(2) },
  Plugin: { type: text(1), id: text(2), initErr: field("Status", 7) },
  PluginsResponse: { plugins: repeated("Plugin", 1) },
  CreateLeaseRequest: { id: text(1), labels: texts(3) },
  DeleteLeaseRequest: { id: text(1), sync: field("bool", 2) },
  Empty: {},
};

const methods = {
  Prepare: { service: "snapshots", request: "PrepareRequest", response: "PrepareResponse" },
  Commit: { service: "snapshots", request: "CommitRequest", response: "Empty" },
  Remove: { service: "snapshots", request: "RemoveRequest", response: "Empty" },
  List: { service: "snapshots", request: "ListRequest", response: "ListResponse" },
  Plugins: { service: "introspection", request: "PluginsRequest", response: "PluginsResponse" },
  Create: { service: "leases", request: "CreateLeaseRequest", response: "Empty" },
  Delete: { service: "leases", request: "DeleteLeaseRequest", response: "Empty" },
} as const;

type Channel = ContainerdChannel<typeof messages, typeof methods>;

/** A client of containerd's snapshots service on a unix socket. Keys and names are those of the namespace `k8s.io`. */
export class SnapshotClient {
  readonly #socket: string;
  readonly #timeoutMs: number;
  readonly #channel: Channel;

  /** @param socket connected at the first call */
  constructor(socket: string, timeoutMs = callMs) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#channel = new ContainerdChannel(socket, messages, methods, timeoutMs);
  }

  /** Returns the loaded snapshotters of the service, sorted. */
  async snapshotters(): Promise<readonly string[]> {
    return (await this.#call("Plugins", { filters: [] }))
      .flatMap(({ plugins }) => plugins)
      .filter(({ type, initErr }) => type === "io.containerd.snapshotter.v1" && initErr === null)
      .map(({ id }) => id)
      .sort();
  }

  /** Makes a writable snapshot and returns its mounts. @param parent a committed snapshot; "" for none */
  async prepare(snapshotter: string, key: string, parent: string, labels: Labels): Promise<readonly SnapshotMount[]> {
    const answers = await this.#call("Prepare", { snapshotter, key, parent, labels });
    return answers.flatMap(({ mounts }) => mounts);
  }

  async commit(snapshotter: string, name: string, key: string, labels: Labels): Promise<void> {
    await this.#call("Commit", { snapshotter, name, key, labels });
  }

  async remove(snapshotter: string, key: string): Promise<void> {
    await this.#call("Remove", { snapshotter, key });
  }

  /** Returns the keys of the snapshots with this value of a label; those on top of others come first. */
  async list(snapshotter: string, label: string, value: string): Promise<readonly string[]> {
    const own = await this.#listed({ snapshotter, filters: [`labels."${label}"==${value}`] });
    const parents = new Set(own.map(({ parent }) => parent));
    return own
      .map(({ name }) => name)
      .sort((a, b) => Number(parents.has(a)) - Number(parents.has(b)) || (a < b ? -1 : 1));
  }

  /** Returns the names of all snapshots of the namespace. */
  async names(snapshotter: string): Promise<readonly string[]> {
    return (await this.#listed({ snapshotter, filters: [] })).map(({ name }) => name);
  }

  /** Runs containerd's garbage collection, which deletes the files of removed snapshots, and waits for its end. */
  async collectGarbage(): Promise<void> {
    // the deletion of a lease is the one request that can wait for the collection
    const id = `rund-lab-${randomUUID()}`;
    const expiry = new Date(Date.now() + this.#timeoutMs).toISOString();
    await this.#call("Create", { id, labels: { "containerd.io/gc.expire": expiry } });
    await this.#call("Delete", { id, sync: true });
  }

  close(): void {
    this.#channel.close();
  }

  async #listed(request: { readonly snapshotter: string; readonly filters: readonly string[] }) {
    return (await this.#call("List", request)).flatMap(({ info }) => info);
  }

  readonly #call: Channel["call"] = (name, request) =>
    this.#channel.call(name, request).catch(error => {
      throw error instanceof GrpcFailure ? snapshotError(error, this.#socket) : error;
    });
}

/** Returns the error for a failed call, with the next step. */
function snapshotError({ code, message: details }: GrpcFailure, socket: string): LabError {
  if (/no space left on device/i.test(details)) {
    const hint = "free some space on the disk of containerd's root, or reduce --concurrency, --files and --large";
    return new LabError("RUND_DISK_FULL", "machine", "the disk is full", { where: socket, found: details, hint });
  }
  if (/snapshotter not loaded|no snapshotter/i.test(details)) {
    return new LabError("RUND_SNAPSHOTTER_MISSING", "machine", details, {
      where: socket,
      hint: "`ctr plugins ls` shows the snapshotters of this containerd; name another with --runtime",
    });
  }
  if (code === 14) {
    const found = /connect E[A-Z]+/.exec(details)?.[0] ?? details;
    const where = { where: socket, hint: unavailableHint(found) };
    return new LabError("RUND_SERVICE_LOST", "machine", `containerd does not answer: ${found}`, where);
  }
  return new LabError("RUND_SNAPSHOT", "machine", details, { where: socket, hint: "containerd's log has the details" });
}
