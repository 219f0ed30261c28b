import type { OperationPhase, OperationsEvent } from "../../campaign-files/events/operations.js";
import { LabError } from "../../model/errors.js";
import { cgroupError, openTree, removeTree } from "./cgroup-tree.js";
import type { CgroupVariant } from "./cgroup-variants.js";
import { containerCalls, standingCalls } from "./container-groups.js";
import type { Hierarchy } from "./hierarchies.js";
import { harnessCost, phaseOf } from "./phases.js";
import { type ReleasedThreads, startThreads, type Task, type TaskTime } from "./released-threads.js";
import { type Sleepers, startSleepers } from "./sleepers.js";

/** The tools for one round of control groups. */
export interface GroupsRound {
  readonly variant: CgroupVariant;
  readonly threads: number;
  readonly containers: number;
}

/** The control groups of one campaign, and the threads and processes for measuring them. */
export class CampaignGroups {
  readonly #campaign: string;
  readonly #mounted: readonly Hierarchy[];
  readonly #begin: () => void;
  #threads: ReleasedThreads | null = null;
  #movers: Sleepers | null = null;
  #standing: { readonly variant: string; readonly density: number; readonly sleepers: Sleepers } | null = null;

  /**
   * @param mounted all hierarchies of the machine
   * @param begin called before anything is made
   */
  constructor(campaign: string, mounted: readonly Hierarchy[], begin: () => void = () => {}) {
    this.#begin = begin;
    this.#campaign = campaign;
    this.#mounted = mounted;
  }

  /**
   * Prepares a round: makes or removes groups until `density` of them exist, each with a sleeping process, and starts the threads.
   *
   * @param density the number of groups that exist before the round
   * @throws LabError `RUND_CGROUP_VARIANT` if the host lacks the variant's hierarchies, or as `cgroupError`
   */
  async stand({ variant, threads }: Omit<GroupsRound, "containers">, density: number): Promise<void> {
    const hierarchies = this.#hierarchiesOf(variant);
    if (this.#standing?.variant !== variant.id || this.#standing.density !== density) {
      await this.#clearGroups();
      this.#begin();
      openTree(hierarchies, this.#campaign);
      const sleepers = await startSleepers(density);
      this.#standing = { variant: variant.id, density, sleepers };
      await this.#do(standingCalls(hierarchies, this.#campaign, sleepers.pids), 1);
    }
    await this.#poolOf(threads);
    if ((this.#movers?.pids.length ?? 0) < threads) {
      await this.#movers?.end();
      this.#movers = await startSleepers(threads);
    }
  }

  /** Makes the containers' groups, attaches a process to each and removes them; each phase is released together. */
  async measure({ variant, threads, containers }: GroupsRound): Promise<Pick<OperationsEvent, "phases" | "harness">> {
    const pids = this.#movers!.pids.slice(0, Math.min(threads, containers));
    const { pooled } = variant;
    const calls = containerCalls(this.#hierarchiesOf(variant), this.#campaign, { containers, pooled, pids });
    await this.#do(calls.fill, 1);
    const pool = await this.#poolOf(threads);
    const harness = await harnessCost(pool, threads, containers);
    const phases: OperationPhase[] = [
      phaseOf("make", pooled ? "rename" : "mkdir", await this.#do(calls.make, threads)),
      phaseOf("attach", "attach", await this.#do(calls.attach, threads)),
    ];
    await this.#do(calls.home, 1);
    phases.push(phaseOf("remove", pooled ? "rename" : "rmdir", await this.#do(calls.remove, threads)));
    await this.#do(calls.empty, 1);
    return { phases, harness };
  }

  /**
   * Removes everything: groups, processes and threads.
   *
   * @returns the number of removed groups
   */
  async clear(): Promise<number> {
    try {
      return await this.#clearGroups();
    } finally {
      // threads that wait would keep the program alive
      await this.#threads?.close();
      this.#threads = null;
    }
  }

  async #clearGroups(): Promise<number> {
    await this.#standing?.sleepers.end();
    await this.#movers?.end();
    this.#standing = null;
    this.#movers = null;
    return removeTree(this.#mounted, this.#campaign);
  }

  #hierarchiesOf(variant: CgroupVariant): readonly Hierarchy[] {
    const hierarchies = variant.hierarchies(this.#mounted);
    if (hierarchies.length > 0) return hierarchies;
    throw new LabError("RUND_CGROUP_VARIANT", "machine", `${variant.id} cannot be measured: ${variant.lacks}`, {
      where: "/proc/self/mountinfo",
      hint: "omit it from --runtime; `rund-lab run cgroups --plan` uses the variants that this host has",
    });
  }

  async #poolOf(threads: number): Promise<ReleasedThreads> {
    if (this.#threads !== null && this.#threads.size >= threads) return this.#threads;
    await this.#threads?.close();
    this.#threads = null;
    this.#threads = await startThreads(threads);
    return this.#threads;
  }

  /** Runs tasks on a number of threads. @throws LabError as `cgroupError`, of the first task that failed */
  async #do(tasks: readonly Task[], threads: number): Promise<readonly TaskTime[]> {
    if (tasks.length === 0) return [];
    const times = await (await this.#poolOf(threads)).run(tasks, threads);
    const at = times.findIndex(({ failure }) => failure !== null);
    if (at === -1) return times;
    const { call, code } = times[at]!.failure!;
    throw cgroupError(tasks[at]![call]![1], code);
  }
}
