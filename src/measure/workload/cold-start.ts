import type { FailedSample, FailedStage, ReadySample, Sample } from "../../campaign-files/events.js";
import { toMicrosecond } from "../../model/to-microsecond.js";
import type { ContainerConfig, CriClient, SandboxConfig } from "../cri/grpc/client.js";
import { CriError } from "../cri/grpc/errors.js";
import { messageOf } from "../message-of.js";
import { type Clock, elapsedMs } from "../round/clock.js";
import type { Release, Workload } from "../round/driver.js";
import type { FirstLine } from "./first-line.js";
import { type Responder, waitForResponse } from "./response.js";

/** Milliseconds of the campaign's clock between two checks of a sandbox that is not ready, or a container without output. */
const lookAgainMs = 10;
const exitCheckMs = 50;

/** One cold start to be made. */
export interface ColdStart {
  readonly sandbox: SandboxConfig;
  readonly client: number;
  readonly workload: Workload;
  /** The container to create in it; null for an empty sandbox. */
  readonly container: ContainerConfig | null;
  /**
   * Resolves with the container's first line when it is written; never, if the container writes none. Null if the cold start
   * does not wait for it.
   */
  readonly firstLine: Promise<FirstLine> | null;
  /** Whether the container's log cannot be written, because its disk is full. */
  logDiskIsFull(): boolean;
  /** The port to connect to at the sandbox's address. */
  readonly port: number;
}

/** The result of a cold start, and the container's id, by which later reports of the service can be added. */
interface ColdStartResult {
  readonly sample: Sample;
  readonly containerId: string | null;
}

/** The time of each milestone that was reached, in milliseconds since the release. */
type Reached = {
  -readonly [Name in Exclude<
    keyof ReadySample,
    "status" | "client" | "sandbox" | "until" | "marks"
  >]?: ReadySample[Name];
};

/**
 * Makes one cold start over CRI, from the request to the workload's end. A failure is also returned as a sample.
 *
 * @param timeoutMs of the campaign's clock, for all stages together; after this, the cold start is a timeout: a right-censored
 * value
 * @throws the signal's reason if it is aborted
 */
export async function coldStart(
  { cri, clock }: { readonly cri: CriClient; readonly clock: Clock },
  { sandbox, client, workload, container, firstLine, logDiskIsFull, port }: ColdStart,
  from: Release,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ColdStartResult> {
  const at = (ns = clock.nowNs()) => elapsedMs(from.atNs, ns);
  const sentNs = clock.nowNs();
  const sentMs = at(sentNs);
  const deadlineNs = sentNs + BigInt(Math.round(timeoutMs * 1e6));
  const leftMs = () => Number(deadlineNs - clock.nowNs()) / 1e6;
  // the service counts in real time
  const callOptions = () => ({ timeoutMs: Math.max(1, Math.ceil(leftMs() / clock.speed)), signal });
  const reached: Reached = {};
  let stage: FailedStage = "sandbox";
  let id: string | null = null;
  let containerId: string | null = null;
  const ready = (): ColdStartResult => {
    const { readyMs = 0, answeredMs = 0, ...further } = reached;
    const { until } = workload;
    const sample = { status: "ready", client, sandbox: id!, sentMs, answeredMs, readyMs, ...further } as const;
    return { sample: until === "sandbox" ? sample : { ...sample, until }, containerId };
  };
  const failed = (status: FailedSample["status"], reason: string, message: string): ColdStartResult => {
    const sample = { status, client, sandbox: id, sentMs, endedMs: at(), reason, message };
    if (container === null) return { sample, containerId };
    const { until } = workload;
    return { sample: { ...sample, stage, ...reached, ...(until === "sandbox" ? {} : { until }) }, containerId };
  };
  const timedOut = (message: string) => failed("timeout", stage === "ready" ? "not-ready" : `no-${stage}`, message);

  /**
   * Waits until the awaited line or answer comes, the process exits, or the time limit passes.
   *
   * @param watching ends the checks for its exit
   */
  async function awaitProcess<Seen>(
    what: { readonly before: string; readonly never: () => string },
    seen: Promise<Seen>,
    watching: AbortSignal,
  ): Promise<Seen | ColdStartResult> {
    const exited = (async () => {
      while (leftMs() > exitCheckMs) {
        await clock.sleep(exitCheckMs, watching);
        const status = await cri.containerStatus(containerId!, callOptions()).catch((error: unknown) => {
          // the time for all stages ended before this check was answered
          if (error instanceof CriError && error.reason === "timeout") return null;
          throw error;
        });
        if (status === null) break;
        const { state, exitCode, reason } = status;
        if (state !== "CONTAINER_EXITED") continue;
        const why = reason === "" ? "" : ` (${reason})`;
        return failed("failed", "exited", `the process exited with code ${exitCode}${why} before ${what.before}`);
      }
      await clock.sleep(Math.max(0, leftMs()), watching);
      return timedOut(`the process runs, but ${what.never()} within ${timeoutMs} ms`);
    })();
    exited.catch(() => {});
    return Promise.race([seen, exited]);
  }

  try {
    id = await cri.runPodSandbox(sandbox, callOptions());
    reached.answeredMs = at();
    stage = "ready";
    let address = "";
    while (reached.readyMs === undefined) {
      const { state, ip } = await cri.podSandboxStatus(id, callOptions());
      address = ip;
      if (state === "SANDBOX_READY") reached.readyMs = at();
      else if (leftMs() <= 0) return timedOut(`never SANDBOX_READY within ${timeoutMs} ms`);
      else await clock.sleep(lookAgainMs, signal);
    }
    if (container === null) return ready();

    if (workload.container?.pull === true) {
      stage = "pull";
      await cri.pullImage(container.image, callOptions());
      reached.pulledMs = at();
    }
    stage = "create";
    containerId = await cri.createContainer(id, container, sandbox, callOptions());
    reached.createdMs = at();
    stage = "start";
    const started = cri.startContainer(containerId, callOptions()).then(() => {
      reached.startedMs = at();
    });
    if (firstLine === null) {
      await started;
      return ready();
    }
    const printed = firstLine.then(({ stampEpochMs, ownEpochMs }) => {
      reached.outputMs = sinceRelease(stampEpochMs, from);
      if (ownEpochMs !== null) reached.processMs = sinceRelease(ownEpochMs, from);
    });
    started.catch(() => {});
    // a process may write and serve before StartContainer is answered
    const begun = Promise.race([printed, started]);
    begun.catch(() => {});
    const end = new AbortController();
    const watching = AbortSignal.any([signal, end.signal]);
    const responder: Responder = { host: address === "" ? "127.0.0.1" : address, port, path: workload.container!.path };
    const answered = workload.until === "response" ? begun.then(() => waitForResponse(responder, watching)) : undefined;
    answered?.catch(() => {});
    try {
      await started;
      if (workload.until === "output") {
        stage = "output";
        const never = () => (logDiskIsFull() ? "its log could not be written (the disk is full)" : "wrote no line");
        const early = await awaitProcess({ before: "its first line", never }, printed, watching);
        if (early !== undefined) return early;
      } else if (answered !== undefined) {
        stage = "response";
        const seen = await awaitProcess(
          { before: `it answered on port ${port}`, never: () => `did not answer on port ${port}` },
          answered,
          watching,
        );
        if ("sample" in seen) return seen;
        reached.respondedMs = at(seen.answeredNs);
        if (seen.refusedNs !== null) reached.refusedMs = at(seen.refusedNs);
      }
    } finally {
      // anything that still waits would keep the program alive until the deadline
      end.abort();
    }
    return ready();
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof CriError ? error.reason : "other";
    const message = error instanceof CriError ? `${error.where}: ${error.details}` : messageOf(error);
    // the service has answered with this sandbox and no longer has it
    if (reason === "not-found" && id !== null) return failed("failed", "vanished", message);
    return failed(reason === "timeout" ? "timeout" : "failed", reason, message);
  }
}

/** Returns the milliseconds from the release to a moment of the wall clock, to the microsecond; 0 for an earlier moment. */
export const sinceRelease = (epochMs: number, from: Release): number =>
  Math.max(0, toMicrosecond(epochMs - from.epochMs));
