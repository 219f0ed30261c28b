import type { OperationPhase, OperationsEvent } from "../../campaign-files/events/operations.js";
import { LabError } from "../../model/errors.js";
import { cgroupError, openTree, removeTree } from "./cgroup-tree.js";
import type { CgroupVariant } from "./cgroup-variants.js";
import { containerCalls, standingCalls } from "./container-groups.js";
import type { Hierarchy } from "./hierarchies.js";
import { harnessCost, phaseOf } from "./phases.js";
import { type ReleasedThreads, startThreads, type Task, type TaskTime } from "./released-threads.js";
import { type Sleepers, startSleepers } from "./sleepers.js";

/** One round of control groups: its variant, and its numbers of threads and containers. */
interface GroupsRound {
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
   * @throws LabError `RUND_CGROUP_VARIANT` if the host lacks the variant's hierarchies; an error of `cgroupError`
   */
  async prepare({ variant, threads }: Omit<GroupsRound, "containers">, density: number): Promise<void> {
    const hierarchies = this.#hierarchiesOf(variant);
    if (this.#standing?.variant !== variant.id || this.#standing.density !== density) {
      await this.#clearGroups();
      this.#begin();
      openTree(hierarchies, this.#campaign);
      const sleepers = await startSleepers(density);
      this.#standing = { variant: variant.id, density, sleepers };
      await this.#run(standingCalls(hierarchies, this.#campaign, sleepers.pids), 1);
    }
    await this.#threadsFor(threads);
    if ((this.#movers?.pids.length ?? 0) < threads) {
      await this.#movers?.end();
      this.#movers = await startSleepers(threads);
    }
  }

  /**
   * Makes the containers' groups, attaches a process to each and removes them. The threads begin each phase together.
   *
   * @throws LabError an error of `cgroupError`
   */
  async measure({ variant, threads, containers }: GroupsRound): Promise<Pick<OperationsEvent, "phases" | "harness">> {
    const pids = this.#movers!.pids.slice(0, Math.min(threads, containers));
    const { pooled } = variant;
    const calls = containerCalls(this.#hierarchiesOf(variant), this.#campaign, { containers, pooled, pids });
    await this.#run(calls.fill, 1);
    const harness = await harnessCost(await this.#threadsFor(threads), threads, containers);
    const phases: OperationPhase[] = [
      phaseOf("make", pooled ? "rename" : "mkdir", await this.#run(calls.make, threads)),
      phaseOf("attach", "attach", await this.#run(calls.attach, threads)),
    ];
    await this.#run(calls.home, 1);
    phases.push(phaseOf("remove", pooled ? "rename" : "rmdir", await this.#run(calls.remove, threads)));
    await this.#run(calls.empty, 1);
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
    throw new LabError("RUND_CGROUP_VARIANT", "machine", `${variant.id} cannot be measured: ${variant.obstacle}`, {
      where: "/proc/self/mountinfo",
      hint: "omit it from --runtime; `rund-lab run cgroups --plan` uses the variants that this host has",
    });
  }

  async #threadsFor(threads: number): Promise<ReleasedThreads> {
    if (this.#threads !== null && this.#threads.size >= threads) return this.#threads;
    await this.#threads?.close();
    this.#threads = null;
    this.#threads = await startThreads(threads);
    return this.#threads;
  }

  /** Runs tasks on a number of threads. @throws LabError `cgroupError` of the first task that failed */
  async #run(tasks: readonly Task[], threads: number): Promise<readonly TaskTime[]> {
    if (tasks.length === 0) return [];
    const times = await (await this.#threadsFor(threads)).run(tasks, threads);
    const at = times.findIndex(({ failure }) => failure !== null);
    if (at === -1) return times;
    const { call, code } = times[at]!.failure!;
    throw cgroupError(tasks[at]![call]![1], code);
  }
}
