import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { OperationsEvent } from "../../../campaign-files/events/operations.js";
import { LabError } from "../../../model/errors.js";
import { unmountBelow } from "../../system/mounts.js";
import { inParallel } from "../../system/workers.js";
import { medianOf, phaseOf, watchedPhase } from "../phases.js";
import { runReleased } from "../released-programs.js";
import { mountError, runMount } from "./mount-program.js";
import { SnapshotClient, type SnapshotMount } from "./snapshots.js";

/** The content of the base layer of root file systems. */
interface BaseLayer {
  readonly files: number;
  readonly largeMiB: number;
}

/** The label that all snapshots of a campaign have, and no others. */
const campaignLabel = "rund-lab.local/campaign";

/** Number of snapshots that `clear` removes at a time. */
const removedAtOnce = 8;

/** The root file systems of one campaign: a base layer in each snapshotter, and snapshots on top of it. */
export class CampaignRootfs {
  readonly #campaign: string;
  readonly #socket: string;
  readonly #folder: string;
  readonly #based = new Set<string>();
  readonly #begin: () => void;
  #client: SnapshotClient | null = null;

  /**
   * @param socket containerd's; empty without a service
   * @param begin called before anything is made
   * @param root the folder for mount points
   */
  constructor(campaign: string, socket: string, begin: () => void = () => {}, root = "/run/rund-lab") {
    this.#begin = begin;
    this.#campaign = campaign;
    this.#socket = socket;
    this.#folder = join(root, campaign);
  }

  /**
   * Makes the base layer in a snapshotter, unless it exists.
   *
   * @throws LabError `RUND_SNAPSHOTTER_MISSING`, `RUND_DISK_FULL`, `RUND_MOUNT`
   */
  async prepare(snapshotter: string, { files, largeMiB }: BaseLayer): Promise<void> {
    if (this.#based.has(snapshotter)) return;
    this.#begin();
    const key = this.#key("making");
    const mounts = await this.#snapshots.prepare(snapshotter, key, "", this.#labels);
    const target = join(this.#folder, "base");
    mkdirSync(target, { recursive: true });
    for (const words of mountWords(mounts, target)) await runMount("mount", words);
    try {
      writeBase(target, files, largeMiB);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOSPC") throw cause;
      throw new LabError("RUND_DISK_FULL", "machine", "the base layer does not fit", {
        where: snapshotter,
        hint: "free some space on the disk of containerd's root (for blockfile, the scratch file sets the size), or reduce --files and --large",
        cause,
      });
    }
    await runMount("umount", [target]);
    await this.#snapshots.commit(snapshotter, this.#key("base"), key, this.#labels);
    this.#based.add(snapshotter);
  }

  /**
   * Makes snapshots on top of the base layer, mounts, unmounts and removes them. All items of a phase begin together.
   *
   * @throws LabError `RUND_MOUNT`; the errors of `SnapshotClient`
   */
  async measure(snapshotter: string, count: number): Promise<Pick<OperationsEvent, "phases" | "harness">> {
    const keys = Array.from({ length: count }, (_, index) => this.#key(`s${String(index + 1).padStart(5, "0")}`));
    const targets = keys.map((_, index) => join(this.#folder, `m${index + 1}`));
    for (const target of targets) mkdirSync(target, { recursive: true });
    const gate = join(this.#folder, "gate");
    const nothing = keys.map(() => [["true"]]);
    const { totalMs, us } = phaseOf("mount", "true", await runReleased(nothing, gate));
    const mounts: (readonly SnapshotMount[])[] = [];
    const prepare = async (item: number) => {
      mounts[item] = await this.#snapshots.prepare(snapshotter, keys[item]!, this.#key("base"), this.#labels);
    };
    const remove = (item: number) => this.#snapshots.remove(snapshotter, keys[item]!);
    const run = async (program: string, words: (item: number) => readonly string[][]) => {
      const programs = keys.map((_, item) => words(item).map(each => [program, ...each]));
      const times = await runReleased(programs, gate);
      const failed = times.find(({ failure }) => failure !== null)?.failure;
      if (failed != null) throw mountError(program, failed);
      return times;
    };
    const phases = [
      await watchedPhase("make", "prepare", () => timedRequests(count, prepare)),
      await watchedPhase("mount", "mount", () => run("mount", item => mountWords(mounts[item]!, targets[item]!))),
      await watchedPhase("unmount", "umount", () => run("umount", item => [[targets[item]!]])),
      await watchedPhase("remove", "remove", () => timedRequests(count, remove)),
    ];
    return { phases, harness: { totalMs, medianUs: medianOf(us) } };
  }

  /**
   * Removes everything: mounts, snapshots with their files, and mount points.
   *
   * @returns the number of removed snapshots
   */
  async clear(): Promise<number> {
    this.#based.clear();
    const mounted = await unmountBelow(this.#folder);
    if (mounted.length > 0) throw mountError("umount", `${mounted.join(", ")} stays mounted`);
    rmSync(this.#folder, { recursive: true, force: true });
    if (this.#socket === "") return 0;
    let removed = 0;
    for (const snapshotter of await this.#snapshots.snapshotters()) {
      const keys = await this.#snapshots.list(snapshotter, campaignLabel, this.#campaign);
      const base = this.#key("base");
      const remove = (key: string) => this.#snapshots.remove(snapshotter, key);
      await inParallel(
        keys.filter(key => key !== base),
        removedAtOnce,
        remove,
      );
      // it comes last, after the snapshots on top of it
      if (keys.includes(base)) await remove(base);
      removed += keys.length;
    }
    if (removed > 0) await this.#snapshots.collectGarbage();
    this.#client?.close();
    this.#client = null;
    return removed;
  }

  get #snapshots(): SnapshotClient {
    this.#client ??= new SnapshotClient(this.#socket);
    return this.#client;
  }

  get #labels() {
    // without the second label, containerd's garbage collection may remove snapshots that no image needs
    return { [campaignLabel]: this.#campaign, "containerd.io/gc.root": new Date().toISOString() };
  }

  readonly #key = (name: string): string => `rund-lab-${this.#campaign}-${name}`;
}

/** Sends every request at once. @returns the times at which each was sent and answered, in microseconds since the first */
async function timedRequests(
  count: number,
  request: (item: number) => Promise<void>,
): Promise<readonly { startUs: number; endUs: number }[]> {
  const releasedNs = process.hrtime.bigint();
  const sinceUs = () => Number(process.hrtime.bigint() - releasedNs) / 1000;
  const all = Array.from({ length: count }, async (_, item) => {
    const startUs = sinceUs();
    await request(item);
    return { startUs, endUs: sinceUs() };
  });
  await Promise.allSettled(all);
  return Promise.all(all);
}

/** Returns the arguments of `mount` for each of a snapshot's mounts. */
function mountWords(mounts: readonly SnapshotMount[], target: string): string[][] {
  return mounts.map(({ type, source, options }) => {
    const bind = options.some(option => option === "bind" || option === "rbind");
    return [...(bind ? [] : ["-t", type]), ...(options.length === 0 ? [] : ["-o", options.join(",")]), source, target];
  });
}

function writeBase(folder: string, files: number, largeMiB: number): void {
  const small = Buffer.alloc(4096, 1);
  for (let index = 0; index < files; index++) {
    const below = join(folder, "files", String(Math.floor(index / 100)));
    if (index % 100 === 0) mkdirSync(below, { recursive: true });
    writeFileSync(join(below, `file${index}`), small);
  }
  if (largeMiB === 0) return;
  writeFileSync(join(folder, "large"), Buffer.alloc(0));
  const chunk = Buffer.alloc(1 << 20, 2);
  for (let index = 0; index < largeMiB; index++) writeFileSync(join(folder, "large"), chunk, { flag: "a" });
}
