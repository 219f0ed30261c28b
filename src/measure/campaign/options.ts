import type { MemoryTools } from "../experiments/visit.js";
import type { ClusterService } from "../kubernetes/service.js";
import type { Plan } from "../plan/plan.js";
import type { Timing } from "../round/timing.js";
import type { Service } from "./service/service.js";
import type { CampaignProgress, Decided, Holds } from "./tools.js";

/** The options of a campaign's measurement. */
export interface MeasureOptions {
  readonly plan: Plan;
  readonly service: Service | ClusterService;
  /** The endpoint as the user named it; for a replay, this is not the path of its socket. */
  readonly endpoint: string;
  /** The arguments of `rund-lab`, for the manifest. */
  readonly command: readonly string[];
  readonly toolVersion: string;
  readonly signal: AbortSignal;
  readonly report: (progress: CampaignProgress) => void;
  /** Reports something to the user that does not stop the campaign; by default nothing is reported. */
  readonly warn?: (message: string) => void;
  /** Readers of memory; by default of this host. A rehearsal passes recorded values, because it has no processes. */
  readonly memory?: MemoryTools;
  /** Waits and windows around a round; by default the usual ones, and none in a rehearsal. */
  readonly timing?: Timing;
  /** Decides when an experiment with `untilDecided` ends; by default it never ends early. */
  readonly decided?: Decided;
  /** Judges the rates of a search; a search is impossible without it. */
  readonly holds?: Holds;
}
