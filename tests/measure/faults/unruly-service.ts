import { setTimeout as delay } from "node:timers/promises";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import {
  type CriMethod,
  type CriRequest,
  type CriResponse,
  criService,
} from "../../../src/measure/cri/grpc/protocol.js";
import { summariseCells } from "../../../src/measure/experiments/index.js";
import {
  type ExperimentWishes,
  experimentSettings,
  type MeasureOptions,
  makePlan,
  measureCampaign,
  openService,
  runtimes,
} from "../../../src/measure/index.js";
import { readCampaign } from "../campaign/campaigns.js";

type Sandbox = CriResponse<"ListPodSandbox">["items"][number];

/** How the service misbehaves. Whatever is left out works. */
export interface Manners {
  /** Answers the n-th RunPodSandbox (1 for the first) with this instead; undefined answers as usual. */
  readonly run?: (n: number, labels: Readonly<Record<string, string>>) => Misdeed | undefined;
  /** Sandboxes of others that it lists, whatever the filter says. */
  readonly foreign?: number;
  readonly ignoresFilter?: boolean;
  /** Every second list says that a sandbox is not ready, though it is. */
  readonly flaps?: boolean;
  /** Refuses every RemovePodSandbox. */
  readonly keeps?: boolean;
  /** Its configuration, as its verbose status reports it. */
  readonly config?: object;
  /** The images of its store. */
  readonly images?: readonly string[];
}

export type Misdeed =
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  | { readonly kind: "hang" }
  /** Makes the sandbox, and never answers. */
  | { readonly kind: "lost-answer" }
  | { readonly kind: "no-id" }
  /** Is ready, and dead a moment after it was seen. */
  | { readonly kind: "dies" }
  /** Is dead before anybody saw it ready. */
  | { readonly kind: "dead" };

export interface UnrulyService {
  readonly endpoint: string;
  /** Ids for which StopPodSandbox or RemovePodSandbox was called. */
  readonly touched: ReadonlySet<string>;
  readonly sandboxes: ReadonlyMap<string, Sandbox>;
  close(): void;
}

/** A CRI v1 service on a socket, with bad manners. */
export async function unrulyService(socket: string, manners: Manners): Promise<UnrulyService> {
  const sandboxes = new Map<string, Sandbox>();
  const doomed = new Set<string>();
  const touched = new Set<string>();
  const others = Array.from({ length: manners.foreign ?? 0 }, (_, index) => foreignSandbox(index));
  let runs = 0;
  let lists = 0;

  type Call<M extends CriMethod> = ServerUnaryCall<CriRequest<M>, CriResponse<M>>;
  const method =
    <M extends CriMethod>(answer: (call: Call<M>) => CriResponse<M> | Promise<CriResponse<M>>) =>
    async (call: Call<M>, callback: sendUnaryData<CriResponse<M>>) => {
      try {
        callback(null, await answer(call));
      } catch (error) {
        callback(error as Error);
      }
    };
  const refuse = (code: number, details: string): never => {
    throw Object.assign(new Error(details), { code, details });
  };
  const never = new Promise<never>(() => {});
  const remove = (id: string) => {
    touched.add(id);
    if (manners.keeps === true) refuse(2, "device or resource busy");
    sandboxes.delete(id);
    return {};
  };

  const implementation: Partial<{ [M in CriMethod]: ReturnType<typeof method<M>> }> = {
    Version: method<"Version">(() => ({
      version: "0.1.0",
      runtimeName: "unruly",
      runtimeVersion: "1",
      runtimeApiVersion: "v1",
    })),
    Status: method<"Status">(() => ({
      status: { conditions: [{ type: "RuntimeReady", status: true, reason: "", message: "" }] },
      info: manners.config === undefined ? {} : { config: JSON.stringify(manners.config) },
    })),
    ImageStatus: method<"ImageStatus">(call => {
      const name = call.request.image?.image ?? "";
      return { image: manners.images?.includes(name) === true ? { id: name, repoDigests: [], size: "1" } : null };
    }),
    RunPodSandbox: method<"RunPodSandbox">(async call => {
      const { config, runtimeHandler } = call.request;
      const n = ++runs;
      const misdeed = manners.run?.(n, config!.labels);
      if (misdeed?.kind === "error") refuse(misdeed.code, misdeed.message);
      if (misdeed?.kind === "hang") return never;
      await delay(5);
      const id = `id${String(n).padStart(5, "0")}`;
      const { metadata, labels, annotations } = config!;
      sandboxes.set(id, {
        id,
        metadata,
        labels,
        annotations,
        runtimeHandler,
        state: misdeed?.kind === "dead" ? "SANDBOX_NOTREADY" : "SANDBOX_READY",
        createdAt: "0",
      });
      if (misdeed?.kind === "dies") doomed.add(id);
      if (misdeed?.kind === "lost-answer") return never;
      return { podSandboxId: misdeed?.kind === "no-id" ? "" : id };
    }),
    PodSandboxStatus: method<"PodSandboxStatus">(call => {
      const id = call.request.podSandboxId;
      const sandbox = sandboxes.get(id) ?? refuse(5, `no sandbox ${id}`);
      if (doomed.has(id)) sandboxes.set(id, { ...sandbox, state: "SANDBOX_NOTREADY" });
      return { status: { ...sandbox, network: null }, info: {} };
    }),
    ListPodSandbox: method<"ListPodSandbox">(call => {
      lists++;
      const wanted = Object.entries(call.request.filter?.labelSelector ?? {});
      const flapped = manners.flaps === true && lists % 2 === 0;
      const items = [...(manners.ignoresFilter === true ? others : []), ...sandboxes.values()]
        .filter(
          ({ labels }) => manners.ignoresFilter === true || wanted.every(([name, value]) => labels[name] === value),
        )
        .map(sandbox => (flapped ? { ...sandbox, state: "SANDBOX_NOTREADY" as const } : sandbox));
      return { items };
    }),
    StopPodSandbox: method<"StopPodSandbox">(call => {
      touched.add(call.request.podSandboxId);
      return {};
    }),
    RemovePodSandbox: method<"RemovePodSandbox">(call => remove(call.request.podSandboxId)),
  };

  const server = new Server({ "grpc.max_send_message_length": 64 * 2 ** 20 });
  server.addService(criService(), implementation);
  await new Promise<void>((bound, failed) =>
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), error => (error ? failed(error) : bound())),
  );
  return { endpoint: `unix://${socket}`, touched, sandboxes, close: () => server.forceShutdown() };
}

/** A sandbox as a cluster's other pods are: without our labels, or with those of another campaign. */
function foreignSandbox(index: number): Sandbox {
  const labels = index % 2 === 0 ? { app: "web" } : { "rund-lab.campaign": "another", "rund-lab.role": "test" };
  const metadata = { name: `test-web-${index}`, uid: `u${index}`, namespace: "default", attempt: 0 };
  const state = "SANDBOX_READY" as const;
  return {
    id: `foreign${index}`,
    metadata,
    labels,
    annotations: {},
    state,
    runtimeHandler: "runc",
    createdAt: "0",
  };
}

/** Measures on a service and gives the campaign's outcome, its events and its cells. */
export async function measureOnUnruly(
  folder: string,
  manners: Manners,
  wishes: Partial<ExperimentWishes>,
  options: Partial<MeasureOptions> = {},
) {
  const server = await unrulyService(`${folder}/cri.sock`, manners);
  const service = await openService(server.endpoint, "cri");
  const experiment = {
    experiment: "time",
    runtimes: ["runc"],
    concurrency: [3],
    rounds: 2,
    order: "grid",
    ...wishes,
  } as const;
  const plan = makePlan(
    { name: null, experiments: [experimentSettings(experiment)], custom: [] },
    { runtimes, limits: null },
  );
  const warnings: string[] = [];
  let error: unknown;
  let path = "";
  try {
    await measureCampaign(
      folder,
      {
        plan,
        service,
        endpoint: server.endpoint,
        command: [],
        toolVersion: "0",
        report: () => {},
        signal: new AbortController().signal,
        timing: { quietLimitMs: 0, idleMs: 0, settleMs: 20 },
        warn: line => warnings.push(line),
        ...options,
      },
      made => {
        path = made;
      },
    );
  } catch (thrown) {
    error = thrown;
  } finally {
    service.cri.close();
    server.close();
  }
  const campaign = readCampaign(path);
  return { error, server, warnings, path, ...campaign, cells: summariseCells(campaign.events) };
}
