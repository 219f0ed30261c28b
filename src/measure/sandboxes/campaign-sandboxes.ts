import { randomBytes } from "node:crypto";
import type { CleanupEvent } from "../../campaign-files/events.js";
import type { SandboxConfig, SandboxSummary } from "../cri/grpc/client.js";
import type { SandboxLabels } from "../cri/labels.js";
import { elapsedMs } from "../round/clock.js";
import type { Workload } from "../round/driver.js";
import { type BroughtUp, bringUp, readyBackground } from "./bring-up.js";
import { type Cleanup, cleanUp, countForeign, listOwn, type RemovalTools, refuseLeftovers } from "./removal.js";
import { type SandboxMaker, sandboxRequest } from "./request.js";

/** The standing sandboxes, and their purpose. */
export interface StandingSandboxes {
  readonly purpose: "background" | "memory" | "fit";
  readonly runtime: string;
  readonly density: number;
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
  stands({ purpose, runtime, density }: StandingSandboxes): boolean {
    const up = this.#standing;
    return up !== null && up.purpose === purpose && up.runtime === runtime && up.density === density;
  }

  /**
   * Starts standing sandboxes until the wanted number is ready; see `bringUp`.
   *
   * @param request returns the request for the n-th sandbox, 1 for the first
   */
  bringUp(
    standing: StandingSandboxes,
    workload: Workload,
    request: (n: number) => SandboxConfig,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<BroughtUp> {
    this.#standing = standing;
    return bringUp(this.#tools, this.#maker.campaign, workload, standing.density, request, timeoutMs, signal);
  }

  /** Returns the standing sandboxes that are ready, by the service's own count. */
  ready(): Promise<readonly SandboxSummary[]> {
    return readyBackground(this.#tools.driver, this.#maker.campaign);
  }

  /** Returns the ids of the campaign's sandboxes that are ready, including background ones. */
  async alive(): Promise<ReadonlySet<string>> {
    const own = await listOwn(this.#tools.driver, this.#maker.campaign);
    return new Set(own.flatMap(({ id, state }) => (state === "SANDBOX_READY" ? [id] : [])));
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
    return cleanUp(this.#tools, this.#maker.campaign, role => role !== "background", timedOut);
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

  /** Removes the background sandboxes, if there are any, and records it in the journal. */
  async clearStanding(append: (event: CleanupEvent) => void): Promise<void> {
    if (this.#standing === null) return;
    const { clock } = this.#tools;
    const startedNs = clock.nowNs();
    const { removed } = await this.clear();
    const ms = elapsedMs(startedNs, clock.nowNs());
    append({ event: "cleanup", at: new Date().toISOString(), removed, ms });
  }
}
