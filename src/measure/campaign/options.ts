import type { MemoryTools } from "../experiments/visit.js";
import type { ClusterService } from "../kubernetes/service.js";
import type { Plan } from "../plan/plan.js";
import type { Timing } from "../round/timing.js";
import type { Service } from "./service/service.js";
import type { CampaignProgress, Decided, Holds } from "./tools.js";

/** What a campaign is measured with. */
export interface MeasureOptions {
  readonly plan: Plan;
  readonly service: Service | ClusterService;
  /** The endpoint as it was asked for: a replay's is not the socket it happens to have. */
  readonly endpoint: string;
  /** The words after `rund-lab`, for the manifest. */
  readonly command: readonly string[];
  readonly toolVersion: string;
  readonly signal: AbortSignal;
  readonly report: (progress: CampaignProgress) => void;
  /** Tells the user something that does not stop the campaign; dropped if left out. */
  readonly warn?: (message: string) => void;
  /** A rehearsal's memory, which no process has; the host's own if left out. */
  readonly memory?: MemoryTools;
  /** Waits and windows around a round; the usual ones if left out, and none in a rehearsal. */
  readonly timing?: Timing;
  /** Decides when an experiment with `untilDecided` ends; never, if left out. */
  readonly decided?: Decided;
  /** Judges the rates of a search; without it there can be none. */
  readonly holds?: Holds;
}
