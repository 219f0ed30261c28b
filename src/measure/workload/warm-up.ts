import { setMaxListeners } from "node:events";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, createServer } from "node:net";
import type { ContainerConfig, SandboxConfig } from "../cri/grpc/client.js";
import { connectCri } from "../cri/grpc/grpc.js";
import { framed } from "../cri/grpc/grpc-messages.js";
import { criService } from "../cri/grpc/protocol.js";
import { listenNameless } from "../cri/replay/listen.js";
import { machineClock } from "../round/clock.js";
import { coldStart } from "./cold-start.js";

/** Number of cold starts at once, and of repeats; after these, the cost of a cold start no longer falls. */
const atOnce = 20;
const rounds = 20;

/**
 * Makes cold starts that start nothing, against a service inside this process. The JavaScript engine compiles code only after
 * it has run many times; without this, the first hundred sandboxes of a campaign would include that cost.
 *
 * Takes about half a second of CPU. Leaves nothing behind.
 */
export async function warmUp(): Promise<void> {
  const responder = createServer(socket => socket.on("error", () => {}).end());
  await new Promise<void>(resolve => responder.listen(0, "127.0.0.1", resolve));
  const { port } = responder.address() as AddressInfo;
  const service = createHttp2Server().on("stream", answer);
  const { path, release } = await listenNameless(service);
  const cri = connectCri(path);
  const { signal } = new AbortController();
  // each call in flight listens to this signal
  setMaxListeners(0, signal);
  const start = (client: number) => {
    const from = { atNs: machineClock.nowNs(), epochMs: Date.now() };
    const firstLine = Promise.resolve({ stampEpochMs: from.epochMs, ownEpochMs: from.epochMs, text: "" });
    const workload = { until: "response", container: { ...wanted, port } } as const;
    const start = { sandbox, client, workload, container, firstLine, logDiskIsFull: () => false, port };
    return coldStart({ cri, clock: machineClock }, start, from, 10_000, signal);
  };
  try {
    for (let round = 0; round < rounds; round++) {
      await Promise.all(Array.from({ length: atOnce }, (_, index) => start(index + 1)));
    }
  } finally {
    cri.close();
    service.close();
    responder.close();
    release();
  }
}

const labels = { role: "test", runtime: "runc", density: "0", concurrency: "20", round: "1", client: "1" };
const sandbox: SandboxConfig = {
  name: "test-runc-0-20-1-1",
  uid: "0-1",
  namespace: "rund-lab",
  handler: "runc",
  network: "NODE",
  labels,
};
const wanted = {
  image: "image",
  command: [],
  env: { PORT: "1" },
  pull: false,
  path: null,
  cpu: null,
  memoryMiB: null,
};
const container: ContainerConfig = {
  name: "workload",
  image: "image",
  command: [],
  env: { PORT: "1" },
  labels,
  logPath: "0-1.log",
  cpu: null,
  memoryBytes: null,
};

/** The answers of a service on which every call succeeds, by the call's path. */
const answers: ReadonlyMap<unknown, Buffer> = (() => {
  const { RunPodSandbox, PodSandboxStatus, CreateContainer, StartContainer } = criService();
  const id = "0123456789abcdef".repeat(4);
  const metadata = { name: sandbox.name, uid: sandbox.uid, namespace: sandbox.namespace, attempt: 0 };
  const status = { id, metadata, state: "SANDBOX_READY", createdAt: "1", network: null, labels } as const;
  return new Map([
    [RunPodSandbox.path, RunPodSandbox.responseSerialize({ podSandboxId: id })],
    [
      PodSandboxStatus.path,
      PodSandboxStatus.responseSerialize({ status: { ...status, annotations: {}, runtimeHandler: "runc" } }),
    ],
    [CreateContainer.path, CreateContainer.responseSerialize({ containerId: id })],
    [StartContainer.path, StartContainer.responseSerialize({})],
  ]);
})();

function answer(stream: ServerHttp2Stream, { ":path": path }: { readonly ":path"?: string }): void {
  stream.resume();
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.once("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": "" }));
  stream.end(framed(answers.get(path) ?? Buffer.alloc(0)));
}
