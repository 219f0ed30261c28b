import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { fromJSON, type MethodDefinition } from "@grpc/proto-loader";
import { labelNames } from "../cri/labels.js";
import { connectSnapshots } from "../micro/rootfs/snapshots.js";

/** Time limit of one call, in milliseconds. */
const callMs = 10_000;

/** containerd's record of a sandbox or container. */
interface ContainerOnRecord {
  readonly id: string;
  readonly snapshotter: string;
  readonly snapshotKey: string;
}

type Method<Request, Response> = MethodDefinition<Request, Response>;

interface Containers {
  readonly List: Method<{ readonly filters: readonly string[] }, { readonly containers: readonly ContainerOnRecord[] }>;
  readonly Delete: Method<{ readonly id: string }, object>;
}

/**
 * Returns the ids of all sandboxes and containers of which containerd has a record, including those that are being created, which
 * CRI lists only later.
 *
 * @throws the error of gRPC if it does not answer
 */
export async function knownContainers(socket: string): Promise<ReadonlySet<string>> {
  const containers = await withContainers(socket, ({ List }, call) => call(List, { filters: [] }));
  return new Set(containers.containers.map(({ id }) => id));
}

/**
 * Removes records of a campaign's containers together with their snapshots. If the creation of a container is cancelled, its
 * record may stay although CRI does not list it, so nothing else removes it. Call this when CRI lists none of the campaign's
 * sandboxes any more.
 *
 * @param campaign the campaign's label, which its containers carry
 * @returns the ids of the removed ones
 * @throws the error of gRPC if it does not answer
 */
export async function removeForgotten(socket: string, campaign: string): Promise<readonly string[]> {
  const filters = [`labels."${labelNames.campaign}"==${campaign}`];
  const forgotten = await withContainers(socket, async ({ List, Delete }, call) => {
    const { containers } = await call(List, { filters });
    for (const { id } of containers) await call(Delete, { id });
    return containers;
  });
  const snapshots = connectSnapshots(socket);
  try {
    for (const { snapshotter, snapshotKey } of forgotten) {
      // a creation that was cancelled early has no snapshot yet
      if (snapshotKey !== "") await snapshots.remove(snapshotter, snapshotKey).catch(() => {});
    }
  } finally {
    snapshots.close();
  }
  return forgotten.map(({ id }) => id);
}

/** Calls containerd's containers service in the namespace of CRI. */
async function withContainers<Result>(
  socket: string,
  work: (
    service: Containers,
    call: <Request, Response>(method: Method<Request, Response>, request: Request) => Promise<Response>,
  ) => Promise<Result>,
): Promise<Result> {
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 256 * 1024 * 1024,
    "grpc.enable_http_proxy": 0,
  });
  const metadata = new Metadata();
  metadata.set("containerd-namespace", "k8s.io");
  try {
    return await work(
      containersService(),
      (method, request) =>
        new Promise((resolve, reject) => {
          client.makeUnaryRequest(
            `/containerd.services.containers.v1.Containers/${method.path.split("/").at(-1)}`,
            method.requestSerialize,
            method.responseDeserialize,
            request,
            metadata,
            { deadline: Date.now() + callMs },
            (error, response) => (error ? reject(error) : resolve(response!)),
          );
        }),
    );
  } finally {
    client.close();
  }
}

const text = (id: number) => ({ type: "string", id });

function containersService(): Containers {
  return fromJSON(
    {
      nested: {
        ListRequest: { fields: { filters: { rule: "repeated", ...text(1) } } },
        ListResponse: { fields: { containers: { rule: "repeated", type: "Container", id: 1 } } },
        Container: { fields: { id: text(1), snapshotter: text(6), snapshotKey: text(7) } },
        DeleteRequest: { fields: { id: text(1) } },
        Empty: { fields: {} },
        Containers: {
          methods: {
            List: { requestType: "ListRequest", responseType: "ListResponse", comment: "" },
            Delete: { requestType: "DeleteRequest", responseType: "Empty", comment: "" },
          },
        },
      },
    },
    { defaults: true },
  ).Containers as unknown as Containers;
}
