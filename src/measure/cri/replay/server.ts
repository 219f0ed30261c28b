import { randomBytes } from "node:crypto";
import type { handleUnaryCall, ServerUnaryCall } from "@grpc/grpc-js";
import type { ReplayInfo } from "../../../campaign-files/manifest.js";
import { messageOf } from "../../message-of.js";
import { type CriMethod, type CriRequest, type CriResponse, criService, type Message } from "../grpc/protocol.js";
import { hasLabels, labelNames } from "../labels.js";
import { type Fault, faultFinder } from "./faults.js";
import { replayInfoKey } from "./info.js";
import { listen } from "./listen.js";
import { NotRecorded, type PlayedRound, roundPlayer } from "./rounds.js";
import type { ReplaySource } from "./source.js";

/** How a recording is played: its speed, its order, and the faults to inject. */
export interface ReplayOptions {
  /**
   * All recorded delays are divided by this number; by default 1. At 1, a cell's mean makespan is within 5 % and 5 ms of the
   * recorded one. At a higher speed, this machine's own delays weigh more, and no tolerance is promised.
   */
  readonly speed?: number;
  /** Determines the order of rounds, and of answers within them. By default 1. */
  readonly seed?: number;
  /**
   * A simulated drift of the machine: each round takes longer than the one before by this share of its recorded time. By default 0.
   */
  readonly drift?: number;
  readonly faults?: readonly Fault[];
}

/** A sandbox that the server reports as running. */
export type ReplayedSandbox = Message<"PodSandbox">;

/** A running replay server: its address, the rounds it has played, and functions to end it. */
export interface ReplayServer {
  /** `unix:///…`, for any CRI client. */
  readonly endpoint: string;
  /** Returns the sandboxes that exist now, oldest first. */
  sandboxes(): readonly ReplayedSandbox[];
  /** Every round that has begun, in the order of their beginnings. */
  readonly played: readonly PlayedRound[];
  /** Breaks every connection; sandboxes stay, and clients may connect again. */
  drop(): void;
  close(): Promise<void>;
}

/** An error that the gRPC library converts to a status. */
class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly details: string,
  ) {
    super(details);
  }
}

type Labels = Readonly<Record<string, string>>;

/**
 * Starts a CRI service that plays back recorded rounds: a real gRPC server on a socket, without any runtime. The delay of a cold
 * start counts from the arrival of its round's first request; every other sandbox is answered at once. Sandboxes exist until they
 * are removed, even if connections break.
 *
 * The labels of a request (labels.ts) name its round. A round that was not recorded is refused with FAILED_PRECONDITION (9);
 * unknown handlers and taken names are refused as containerd refuses them.
 *
 * @param source the recording
 */
export async function startReplayServer(source: ReplaySource, options: ReplayOptions = {}): Promise<ReplayServer> {
  const { speed = 1, seed = 1, drift = 0, faults = [] } = options;
  const rounds = roundPlayer(source, seed, drift);
  const faultOf = faultFinder(faults);
  const sandboxes = new Map<string, ReplayedSandbox>();
  const names = new Set<string>();

  const labelsOf = (id: string): Labels => sandboxes.get(id)?.labels ?? {};

  function get(id: string): ReplayedSandbox {
    const sandbox = sandboxes.get(id);
    if (sandbox === undefined) throw new Refusal(5, `no sandbox ${JSON.stringify(id)}: not found`);
    return sandbox;
  }

  function remove(sandbox: ReplayedSandbox) {
    sandboxes.delete(sandbox.id);
    names.delete(nameOf(sandbox.metadata));
  }

  /** Implements one method: returns its fault if there is one, otherwise its answer. */
  function method<Method extends CriMethod>(
    name: Method,
    labels: (request: CriRequest<Method>) => Labels,
    answer: (call: Call<Method>, fault: string | undefined) => CriResponse<Method> | Promise<CriResponse<Method>>,
  ): handleUnaryCall<CriRequest<Method>, CriResponse<Method>> {
    return async (call, callback) => {
      const fault = faultOf(name, labels(call.request));
      if (fault?.kind === "hang") return;
      if (fault?.kind === "drop") return listener.drop();
      try {
        if (fault?.kind === "error") throw new Refusal(fault.code, fault.message);
        const response = await answer(call, fault?.kind);
        if (fault?.kind === "slow") await wait(fault.delayMs, call);
        callback(null, response);
      } catch (error) {
        callback(toRefusal(error));
      }
    };
  }

  const info: ReplayInfo = { dataset: source.name, speed, seed };
  const runtimes = Object.fromEntries(source.handlers.map(handler => [handler, {}]));

  const implementation = {
    Version: method("Version", noLabels, () => ({
      version: "0.1.0",
      runtimeName: "rund-lab-replay",
      runtimeVersion: source.name,
      runtimeApiVersion: "v1",
    })),

    Status: method("Status", noLabels, () => ({
      status: {
        conditions: ["RuntimeReady", "NetworkReady"].map(type => ({ type, status: true, reason: "", message: "" })),
      },
      info: { config: JSON.stringify({ containerd: { runtimes } }), [replayInfoKey]: JSON.stringify(info) },
    })),

    RunPodSandbox: method(
      "RunPodSandbox",
      request => request.config?.labels ?? {},
      async (call, fault) => {
        const { config, runtimeHandler } = call.request;
        if (!source.handlers.includes(runtimeHandler))
          throw new Refusal(2, `no runtime for ${JSON.stringify(runtimeHandler)} is configured`);
        if (config?.metadata == null) throw new Refusal(3, "the sandbox has no metadata");
        const { metadata, labels, annotations } = config;
        const name = nameOf(metadata);
        if (names.has(name)) throw new Refusal(2, `failed to reserve sandbox name ${name}: name is reserved`);
        names.add(name);
        try {
          if (roundRoles.has(labels[labelNames.role] ?? "")) {
            const { begunMs, answerMs } = rounds.take(runtimeHandler, labels, performance.now());
            await wait(begunMs + answerMs / speed - performance.now(), call);
          }
        } catch (error) {
          names.delete(name);
          if (call.cancelled) rounds.close(labels);
          throw error;
        }
        const sandbox: ReplayedSandbox = {
          id: randomBytes(32).toString("hex"),
          metadata,
          state: fault === "never-ready" ? "SANDBOX_NOTREADY" : "SANDBOX_READY",
          createdAt: String(BigInt(Date.now()) * 1_000_000n),
          labels,
          annotations,
          runtimeHandler,
        };
        sandboxes.set(sandbox.id, sandbox);
        if (fault === "vanish") remove(sandbox);
        return { podSandboxId: sandbox.id };
      },
    ),

    PodSandboxStatus: method(
      "PodSandboxStatus",
      request => labelsOf(request.podSandboxId),
      call => ({ status: { ...get(call.request.podSandboxId), network: null } }),
    ),

    ListPodSandbox: method(
      "ListPodSandbox",
      request => request.filter?.labelSelector ?? {},
      call => {
        const { id = "", state = null, labelSelector = {} } = call.request.filter ?? {};
        const items = [...sandboxes.values()].filter(
          sandbox =>
            sandbox.id.startsWith(id) &&
            (state === null || sandbox.state === state.state) &&
            hasLabels(sandbox.labels, labelSelector),
        );
        return { items };
      },
    ),

    StopPodSandbox: method(
      "StopPodSandbox",
      request => labelsOf(request.podSandboxId),
      call => {
        const sandbox = get(call.request.podSandboxId);
        sandboxes.set(sandbox.id, { ...sandbox, state: "SANDBOX_NOTREADY" });
        rounds.close(sandbox.labels);
        return {};
      },
    ),

    RemovePodSandbox: method(
      "RemovePodSandbox",
      request => labelsOf(request.podSandboxId),
      call => {
        const sandbox = sandboxes.get(call.request.podSandboxId);
        if (sandbox !== undefined) {
          remove(sandbox);
          rounds.close(sandbox.labels);
        }
        return {};
      },
    ),
  };

  const listener = await listen(server => server.addService(criService(), implementation));
  const { endpoint, drop, close } = listener;
  return { endpoint, sandboxes: () => [...sandboxes.values()], played: rounds.played, drop, close };
}

type Call<Method extends CriMethod> = ServerUnaryCall<CriRequest<Method>, CriResponse<Method>>;

/** The roles of cold starts that belong to a round; any other sandbox is answered at once. */
const roundRoles: ReadonlySet<string> = new Set(["test", "warmup"]);

const noLabels = (): Labels => ({});

function nameOf(metadata: Message<"PodSandboxMetadata"> | null): string {
  return metadata === null ? "" : JSON.stringify([metadata.name, metadata.namespace, metadata.uid, metadata.attempt]);
}

/** Waits, unless the caller cancels its request. */
function wait(ms: number, call: Pick<ServerUnaryCall<unknown, unknown>, "once">): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, Math.max(ms, 0));
    call.once("cancelled", () => {
      clearTimeout(timer);
      reject(new Refusal(1, "the caller cancelled the request"));
    });
  });
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof NotRecorded) return new Refusal(9, error.message);
  return new Refusal(13, messageOf(error));
}
