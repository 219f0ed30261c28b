import { randomUUID } from "node:crypto";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { fromJSON, type MethodDefinition } from "@grpc/proto-loader";
import { LabError } from "../../../model/errors.js";
import { unavailableHint } from "../../cri/grpc/errors.js";

/** The mount of a snapshot, as containerd describes it. */
export interface SnapshotMount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** containerd's snapshots service. Keys and names are those of one namespace. */
export interface SnapshotClient {
  /** The loaded snapshotters of the service, sorted. */
  snapshotters(): Promise<readonly string[]>;
  /** Makes a writable snapshot, on top of a committed one or of nothing. */
  prepare(snapshotter: string, key: string, parent: string, labels: Labels): Promise<readonly SnapshotMount[]>;
  commit(snapshotter: string, name: string, key: string, labels: Labels): Promise<void>;
  remove(snapshotter: string, key: string): Promise<void>;
  /** Returns the snapshots that have a label with a value; those on top of others come first. */
  list(snapshotter: string, label: string, value: string): Promise<readonly string[]>;
  /** Returns the names of all snapshots of the namespace. */
  names(snapshotter: string): Promise<readonly string[]>;
  /** Runs containerd's garbage collection, which deletes the files of removed snapshots, and waits for its end. */
  collectGarbage(): Promise<void>;
  close(): void;
}

export type Labels = Readonly<Record<string, string>>;

/** The namespace of CRI: it exists wherever sandboxes are, so no other one has to be made. */
const namespace = "k8s.io";

/** Time limit of one call in milliseconds: a full disk or a slow snapshotter answers late. */
const callMs = 120_000;

const text = (id: number) => ({ type: "string", id });
const labels = (id: number) => ({ keyType: "string", type: "string", id });
const messages = {
  Mount: { fields: { type: text(1), source: text(2), target: text(3), options: { rule: "repeated", ...text(4) } } },
  PrepareRequest: { fields: { snapshotter: text(1), key: text(2), parent: text(3), labels: labels(4) } },
  PrepareResponse: { fields: { mounts: { rule: "repeated", type: "Mount", id: 1 } } },
  CommitRequest: { fields: { snapshotter: text(1), name: text(2), key: text(3), labels: labels(4) } },
  RemoveRequest: { fields: { snapshotter: text(1), key: text(2) } },
  ListRequest: { fields: { snapshotter: text(1), filters: { rule: "repeated", ...text(2) } } },
  Info: { fields: { name: text(1), parent: text(2) } },
  ListResponse: { fields: { info: { rule: "repeated", type: "Info", id: 1 } } },
  PluginsRequest: { fields: { filters: { rule: "repeated", ...text(1) } } },
  Status: { fields: { message: text(2) } },
  Plugin: { fields: { type: text(1), id: text(2), initErr: { type: "Status", id: 7 } } },
  PluginsResponse: { fields: { plugins: { rule: "repeated", type: "Plugin", id: 1 } } },
  CreateLeaseRequest: { fields: { id: text(1), labels: labels(3) } },
  DeleteLeaseRequest: { fields: { id: text(1), sync: { type: "bool", id: 2 } } },
  Empty: { fields: {} },
};

/** The messages have our own names here, because only the numbers of their fields and the method's path are sent. */
const methods = {
  Prepare: { service: "snapshots", requestType: "PrepareRequest", responseType: "PrepareResponse" },
  Commit: { service: "snapshots", requestType: "CommitRequest", responseType: "Empty" },
  Remove: { service: "snapshots", requestType: "RemoveRequest", responseType: "Empty" },
  List: { service: "snapshots", requestType: "ListRequest", responseType: "ListResponse", responseStream: true },
  Plugins: { service: "introspection", requestType: "PluginsRequest", responseType: "PluginsResponse" },
  Create: { service: "leases", requestType: "CreateLeaseRequest", responseType: "Empty" },
  Delete: { service: "leases", requestType: "DeleteLeaseRequest", responseType: "Empty" },
} as const;

type Method = MethodDefinition<object, object>;

/** Connects to containerd's snapshots service on a unix socket. The connection is made at the first call. */
export function connectSnapshots(socket: string, timeoutMs = callMs): SnapshotClient {
  const calls = Object.fromEntries(
    Object.entries(methods).map(([name, { service: _, ...method }]) => [name, { ...method, comment: "" }]),
  );
  const definitions = fromJSON({ nested: { ...messages, Service: { methods: calls } } }, { defaults: true });
  const service = definitions.Service as unknown as Readonly<Record<keyof typeof methods, Method>>;
  const channel = new Client(`unix:${socket}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 64 * 1024 * 1024,
    "grpc.enable_retries": 0,
  });
  const metadata = new Metadata();
  metadata.set("containerd-namespace", namespace);
  const path = (name: keyof typeof methods) => {
    const { service } = methods[name];
    return `/containerd.services.${service}.v1.${service[0]!.toUpperCase()}${service.slice(1)}/${name}`;
  };
  const call = <Response>(name: keyof typeof methods, request: object): Promise<Response> =>
    new Promise((resolve, reject) => {
      const { requestSerialize, responseDeserialize } = service[name];
      channel.makeUnaryRequest(
        path(name),
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error, response) => (error ? reject(snapshotError(error, socket)) : resolve(response as Response)),
      );
    });
  const listed = (request: object): Promise<readonly { name: string; parent: string }[]> =>
    new Promise((resolve, reject) => {
      const found: { name: string; parent: string }[] = [];
      const { requestSerialize, responseDeserialize } = service.List;
      channel
        .makeServerStreamRequest(path("List"), requestSerialize, responseDeserialize, request, metadata, {
          deadline: Date.now() + timeoutMs,
        })
        .on("data", (message: { info: { name: string; parent: string }[] }) => found.push(...message.info))
        .on("error", (error: ServiceError) => reject(snapshotError(error, socket)))
        .on("end", () => resolve(found));
    });
  return {
    async snapshotters() {
      const { plugins } = await call<{ plugins: { type: string; id: string; initErr: object | null }[] }>("Plugins", {
        filters: [],
      });
      return plugins
        .filter(({ type, initErr }) => type === "io.containerd.snapshotter.v1" && initErr === null)
        .map(({ id }) => id)
        .sort();
    },
    async prepare(snapshotter, key, parent, labels) {
      const { mounts } = await call<{ mounts: readonly SnapshotMount[] }>("Prepare", {
        ...{ snapshotter, key, parent, labels },
      });
      return mounts;
    },
    async commit(snapshotter, name, key, labels) {
      await call("Commit", { snapshotter, name, key, labels });
    },
    async remove(snapshotter, key) {
      await call("Remove", { snapshotter, key });
    },
    async list(snapshotter, label, value) {
      const own = await listed({ snapshotter, filters: [`labels."${label}"==${value}`] });
      const parents = new Set(own.map(({ parent }) => parent));
      return own
        .map(({ name }) => name)
        .sort((a, b) => Number(parents.has(a)) - Number(parents.has(b)) || (a < b ? -1 : 1));
    },
    names: async snapshotter => (await listed({ snapshotter, filters: [] })).map(({ name }) => name),
    async collectGarbage() {
      // the deletion of a lease is the one request that can wait for the collection
      const id = `rund-lab-${randomUUID()}`;
      const expiry = new Date(Date.now() + timeoutMs).toISOString();
      await call("Create", { id, labels: { "containerd.io/gc.expire": expiry } });
      await call("Delete", { id, sync: true });
    },
    close: () => channel.close(),
  };
}

/** Returns the error for a failed call, with the next step. */
function snapshotError({ code, details }: ServiceError, socket: string): LabError {
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
    const hint = unavailableHint(found);
    return new LabError("RUND_SERVICE_LOST", "machine", `containerd does not answer: ${found}`, {
      where: socket,
      hint,
    });
  }
  return new LabError("RUND_SNAPSHOT", "machine", details, { where: socket, hint: "containerd's log has the details" });
}
