import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type CleanupEvent, endOf } from "../../campaign-files/events.js";
import type { SandboxConfig, SandboxSummary } from "../cri/grpc/client.js";
import type { SandboxLabels, SandboxRole } from "../cri/labels.js";
import { elapsedMs } from "../round/clock.js";
import type { Workload } from "../round/driver.js";
import { refuseIfLost } from "../round/round.js";
import { inParallel } from "../system/workers.js";
import { type Cleanup, callMs, cleanUp, countForeign, listOwn, type RemovalTools, refuseLeftovers } from "./removal.js";
import { type SandboxMaker, sandboxRequest } from "./request.js";

/** Number of standing sandboxes that are started at a time, as in the paper's scripts. */
const workers = 10;

/** The standing sandboxes, and their purpose. */
interface StandingSandboxes {
  readonly purpose: "background" | "memory" | "fit";
  readonly runtime: string;
  readonly density: number;
}

/** The result of starting standing sandboxes. */
interface StandingResult {
  readonly started: number;
  readonly failed: number;
  readonly ready: readonly SandboxSummary[];
  readonly ms: number;
  /** For each successful start: milliseconds from its request to its end. */
  readonly latenciesMs: readonly number[];
  /** The service's message about the first failure; null if there was none. */
  readonly why: string | null;
}

/** The sandboxes of one campaign in one session. All of them have the campaign's label; no other sandbox is touched. */
export class CampaignSandboxes {
  readonly #tools: RemovalTools;
  readonly #maker: SandboxMaker;
  #standing: StandingSandboxes | null = null;

  /** @param campaign the campaign's label */
  constructor(tools: RemovalTools, campaign: string) {
    this.#tools = tools;
    this.#maker = { campaign, session: randomBytes(4).toString("hex") };
  }

  /** Returns the request for one sandbox; its name and uid follow from its labels and the session. */
  request(handler: string, network: SandboxConfig["network"], labels: Omit<SandboxLabels, "campaign">): SandboxConfig {
    return sandboxRequest(this.#maker, handler, network, labels);
  }

  /** Whether exactly these sandboxes are running or being started. */
  isStanding(wanted: StandingSandboxes): boolean {
    return isDeepStrictEqual(this.#standing, wanted);
  }

  /**
   * Starts standing sandboxes until the wanted number is ready by the service's own count. Those that have died are removed first;
   * a failed start is counted and not repeated.
   *
   * @param workload how each of them is started, and when it counts as started
   * @param request returns the request for the n-th sandbox, 1 for the first
   * @throws the signal's reason if it is aborted; CriError if the service no longer answers
   */
  async startStanding(
    wanted: StandingSandboxes,
    workload: Workload,
    request: (n: number) => SandboxConfig,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<StandingResult> {
    this.#standing = wanted;
    const { driver, clock } = this.#tools;
    const startedNs = clock.nowNs();
    const standing = await this.#list(isBackground);
    const dead = standing.filter(({ state }) => state !== "SANDBOX_READY");
    await inParallel(dead, workers, ({ id }) => driver.remove(id, callMs));
    const missing = Math.max(0, wanted.density - (standing.length - dead.length));
    let failed = 0;
    let why: string | null = null;
    const latenciesMs: number[] = [];
    const requests = Array.from({ length: missing }, (_, index) => request(index + 1));
    const starts = await driver.begin(workload, requests);
    const from = { atNs: startedNs, epochMs: clock.wall().epochMs };
    try {
      await inParallel([...requests.entries()], workers, async ([index, sandbox]) => {
        signal.throwIfAborted();
        const sample = await starts.start(sandbox, index + 1, from, timeoutMs, signal);
        if (sample.status === "ready") {
          latenciesMs.push(endOf(sample) - sample.sentMs);
          return;
        }
        await refuseIfLost(driver, [sample]);
        failed++;
        why ??= sample.message;
      });
    } finally {
      starts.close();
    }
    const ready = await this.ready();
    return { started: missing - failed, failed, ready, ms: elapsedMs(startedNs, clock.nowNs()), latenciesMs, why };
  }

  /** Returns the standing sandboxes that are ready, by the service's own count. */
  async ready(): Promise<readonly SandboxSummary[]> {
    return (await this.#list(isBackground)).filter(({ state }) => state === "SANDBOX_READY");
  }

  /** Returns the ids of the campaign's sandboxes that are ready, including background ones. */
  async alive(): Promise<ReadonlySet<string>> {
    return new Set((await this.#list()).flatMap(({ id, state }) => (state === "SANDBOX_READY" ? [id] : [])));
  }

  /** Returns the number of sandboxes that the service lists as the campaign's although they are not. */
  foreign(): Promise<number> {
    return countForeign(this.#tools.driver, this.#maker.campaign);
  }

  /**
   * Removes the sandboxes of a round; standing ones stay.
   *
   * @param timedOut whether some may still appear
   */
  clearRound(timedOut: boolean): Promise<Cleanup> {
    return cleanUp(this.#tools, this.#maker.campaign, role => !isBackground(role), timedOut);
  }

  /**
   * Removes every sandbox of the campaign.
   *
   * @param timedOut whether some may still appear; then the list is read twice
   * @throws LabError `RUND_LEFTOVERS`
   */
  async clear(timedOut = false): Promise<Cleanup> {
    const cleared = await cleanUp(this.#tools, this.#maker.campaign, () => true, timedOut);
    this.#standing = null;
    refuseLeftovers(cleared);
    return cleared;
  }

  /** Removes the standing sandboxes, if there are any, and records this in the journal. */
  async clearStanding(append: (event: CleanupEvent) => void): Promise<void> {
    if (this.#standing === null) return;
    const { clock } = this.#tools;
    const startedNs = clock.nowNs();
    const { removed } = await this.clear();
    const ms = elapsedMs(startedNs, clock.nowNs());
    append({ event: "cleanup", at: new Date().toISOString(), removed, ms });
  }

  #list(wanted?: (role: SandboxRole) => boolean): Promise<readonly SandboxSummary[]> {
    return listOwn(this.#tools.driver, this.#maker.campaign, wanted);
  }
}

const isBackground = (role: SandboxRole) => role === "background";
