import { randomBytes } from "node:crypto";
import type { CampaignEvent, Sample } from "../../campaign-files/events.js";
import { LabError } from "../../model/errors.js";
import type { SandboxConfig } from "../cri/client.js";
import type { SandboxRole } from "../cri/labels.js";
import type { Slot } from "../plan/order.js";
import type { ExperimentSettings } from "../plan/settings.js";
import type { CampaignFolder } from "../record/campaign-folder.js";
import { DoneRounds } from "../record/done-rounds.js";
import { elapsedMs } from "../round/clock.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { type Cleanup, cleanUp } from "./cleanup.js";
import { type SandboxMaker, sandboxRequest } from "./sandbox-request.js";
import type { CampaignTools } from "./tools.js";

/** A visit to a cell, with what belongs to it. */
export interface Visit {
  readonly settings: ExperimentSettings;
  readonly slot: Slot;
  /** The run folder's name. */
  readonly run: string;
  readonly runtime: RuntimeDeclaration;
  /** The rounds still to be measured. */
  readonly missing: readonly number[];
}

/** Milliseconds of the machine's time in which a service that has stopped answering may answer again. */
const lostMs = 5_000;

/** One process' work on a campaign: its tools, its folder, and the sandboxes it answers for. */
export class Session {
  readonly folder: CampaignFolder;
  /** The campaign's label. */
  readonly label: string;
  readonly tools: CampaignTools;
  readonly signal: AbortSignal;
  readonly done: DoneRounds;
  /** The background that stands, `runtime density`; empty for none. */
  standing = "";
  readonly #maker: SandboxMaker;
  /** Rounds and snapshots of the whole campaign. */
  readonly #of: number;

  constructor(folder: CampaignFolder, label: string, tools: CampaignTools, signal: AbortSignal, of: number) {
    this.folder = folder;
    this.label = label;
    this.tools = tools;
    this.signal = signal;
    this.done = new DoneRounds(folder.events);
    this.#maker = { campaign: label, session: randomBytes(4).toString("hex"), network: tools.network };
    this.#of = of;
  }

  /** Writes down what has happened. */
  append(event: CampaignEvent): void {
    this.folder.append(event);
    this.done.add(event);
  }

  /** The request for one sandbox of a visit. */
  request(
    { settings, slot, runtime }: Omit<Visit, "missing">,
    round: number,
    client: number,
    role: SandboxRole,
  ): SandboxConfig {
    const { density, concurrency } = slot;
    return sandboxRequest(this.#maker, runtime.handler, {
      ...{ experiment: settings.experiment, runtime: runtime.id, density, concurrency: concurrency ?? density },
      ...{ round, client, role },
    });
  }

  report({ settings, slot }: Omit<Visit, "missing">, doing: string): void {
    const { runtime, density, concurrency, memoryMb } = slot;
    const done = this.done.rounds;
    const { experiment } = settings;
    this.tools.report({ runtime, experiment, density, concurrency, memoryMb, doing, done, of: this.#of });
  }

  /**
   * Removes every sandbox of the campaign.
   *
   * @param givenUp whether cold starts may have been given up: then it looks twice
   * @throws LabError `RUND_LEFTOVERS`
   */
  async clear(givenUp = false): Promise<Cleanup> {
    const cleared = await cleanUp(this.tools, this.label, () => true, givenUp);
    this.standing = "";
    refuseLeftovers(cleared);
    return cleared;
  }

  async clearBackground(): Promise<void> {
    if (this.standing === "") return;
    const startedNs = this.tools.clock.nowNs();
    const { removed } = await this.clear();
    this.append({ event: "cleanup", at: now(), removed, ms: elapsedMs(startedNs, this.tools.clock.nowNs()) });
  }

  /** @throws LabError `RUND_SERVICE_LOST` if cold starts failed because the service is gone: then they are no result */
  async refuseIfLost(samples: readonly Sample[]): Promise<void> {
    if (!samples.some(sample => sample.status === "failed" && sample.reason === "unavailable")) return;
    try {
      await this.tools.cri.version({ timeoutMs: lostMs });
    } catch (cause) {
      throw serviceLost(this.folder.path, cause);
    }
  }
}

/** The error of a campaign whose service has gone. */
export const serviceLost = (path: string, cause: unknown): LabError =>
  new LabError("RUND_SERVICE_LOST", "machine", "the CRI service went away; the round in flight is lost", {
    where: path,
    hint: `see its log, start it again, then \`rund-lab run --resume ${path}\`, which removes the sandboxes left behind`,
    cause,
  });

/** UTC, ISO 8601. */
export const now = (): string => new Date().toISOString();

export function refuseLeftovers({ left, why }: Cleanup): void {
  if (left.length === 0) return;
  const some = `${left.slice(0, 3).join(", ")}${left.length > 3 ? ", …" : ""}`;
  const reason = why ?? "the service still lists them";
  throw new LabError("RUND_LEFTOVERS", "machine", `${left.length} sandboxes would not go: ${some} (${reason})`, {
    hint: "remove them by hand (`crictl rmp -f ID`), then go on with --resume",
  });
}
