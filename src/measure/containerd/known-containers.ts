import { ContainerdChannel } from "../cri/grpc/containerd-channel.js";
import { repeated, text } from "../cri/grpc/fields.js";
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
};

/**
 * Returns the ids of all sandboxes and containers of which containerd has a record, including those that are being created, which
 * CRI lists only later.
 *
 * @throws GrpcFailure if it does not answer
 */
export async function knownContainers(socket: string): Promise<ReadonlySet<string>> {
  const channel = new ContainerdChannel(socket, messages, methods, callMs);
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
 * @returns the ids of the removed ones
 * @throws GrpcFailure if it does not answer
 */
export async function removeForgotten(socket: string, campaign: string): Promise<readonly string[]> {
  const channel = new ContainerdChannel(socket, messages, methods, callMs);
  const snapshots = connectSnapshots(socket);
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

async function listed(
  channel: ContainerdChannel<keyof typeof methods>,
  filters: readonly string[],
): Promise<readonly ContainerOnRecord[]> {
  const answers = await channel.call<{ readonly containers: readonly ContainerOnRecord[] }>("List", { filters });
  return answers.flatMap(({ containers }) => containers);
}
