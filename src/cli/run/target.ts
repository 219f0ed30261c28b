import type { Detection } from "../../analysis/compare/index.js";
import type { ContainerdInUse, MeasureOptions, Plan } from "../../measure/index.js";

/** Where a campaign is measured (this machine, a rehearsal or a cluster), and its plan there. */
export interface Target {
  readonly plan: Plan;
  /** The computations of `--detect`; empty without it. */
  readonly detections: readonly Detection[];
  /** The place of the campaign in messages: "the plan does not fit this machine". */
  readonly where: "this machine" | "the cluster";
  /** Conditions that the plan does not check, because that would start sandboxes. */
  untried(): readonly string[];
  /** The containerd that the campaign changes: null if its config is unknown, undefined if the campaign changes nothing. */
  readonly containerd: ContainerdInUse | null | undefined;
  /** Connects to the service, and checks that it can run the plan. */
  open(): Promise<Pick<MeasureOptions, "service" | "endpoint" | "memory">>;
  close(): Promise<void>;
}
