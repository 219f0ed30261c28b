import { ContainerdChannel } from "../cri/grpc/containerd-channel.js";
import { repeated, text } from "../cri/grpc/fields.js";
import { labelNames } from "../cri/labels.js";
import { SnapshotClient } from "../micro/rootfs/snapshots.js";

/** Time limit of one call, in milliseconds. */
const callMs = 10_000;

/** The messages of containerd's service for records of containers; a sandbox has such a record, too. */
const messages = {
  ListRequest: { filters: repeated("string", 1) },
  ListResponse: { containers: repeated("Container", 1) },
  Container: { id: text(1), snapshotter: text(6), snapshotKey: text(7) },
  DeleteRequest: { id: text(1) },
  Empty: {},
};

const methods = {
  List: { service: "containers", request: "ListRequest", response: "ListResponse" },
  Delete: { service: "containers", request: "DeleteRequest", response: "Empty" },
} as const;

const connect = (socket: string) => new ContainerdChannel(socket, messages, methods, callMs);

/**
 * Returns the ids of all sandboxes and containers of which containerd has a record. That includes those that are still being
 * created, which CRI does not list yet.
 *
 * @throws GrpcFailure if it does not answer
 */
export async function knownContainers(socket: string): Promise<ReadonlySet<string>> {
  const channel = connect(socket);
  try {
    return new Set((await listed(channel, [])).map(({ id }) => id));
  } finally {
    channel.close();
  }
}

/**
 * Removes records of a campaign's containers together with their snapshots. If the creation of a container is cancelled, its
 * record may stay although CRI does not list it, so nothing else removes it. Call this when CRI lists none of the campaign's
 * sandboxes any more.
 *
 * @param campaign the campaign's label, which its containers carry
 * @returns the ids of the removed records
 * @throws GrpcFailure if it does not answer
 */
export async function removeForgotten(socket: string, campaign: string): Promise<readonly string[]> {
  const channel = connect(socket);
  const snapshots = new SnapshotClient(socket);
  try {
    const forgotten = await listed(channel, [`labels."${labelNames.campaign}"==${campaign}`]);
    for (const { id } of forgotten) await channel.call("Delete", { id });
    for (const { snapshotter, snapshotKey } of forgotten) {
      // a creation that was cancelled early has no snapshot yet
      if (snapshotKey !== "") await snapshots.remove(snapshotter, snapshotKey).catch(() => {});
    }
    return forgotten.map(({ id }) => id);
  } finally {
    channel.close();
    snapshots.close();
  }
}

async function listed(channel: ReturnType<typeof connect>, filters: readonly string[]) {
  return (await channel.call("List", { filters })).flatMap(({ containers }) => containers);
}
