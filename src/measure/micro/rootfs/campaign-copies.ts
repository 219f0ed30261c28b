import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, statfsSync, truncateSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OperationsEvent } from "../../../campaign-files/events/operations.js";
import { LabError } from "../../../model/errors.js";
import { unmountBelow } from "../../system/mounts.js";
import { ownersFolder } from "../owner.js";
import { harnessCost, watchedPhase } from "../phases.js";
import { startThreads, type Task } from "../released-threads.js";
import { mountError, runMount } from "./mount-program.js";

/** The ways to make a container's volatile block image from a template, each with its call. */
export const copyKinds = {
  copied: { call: "copy", operation: "copy" },
  reflinked: { call: "clone", operation: "reflink" },
} as const;

/** The kind of a copy: a full one, or one that shares the template's blocks. */
export type CopyKind = keyof typeof copyKinds;

/** The size of the image, the largest number of copies, and their folder. */
interface CopyRequest {
  readonly imageMiB: number;
  readonly copies: number;
  /** The user's folder; undefined for a btrfs that the campaign makes, in a file on a loop device. */
  readonly folder: string | undefined;
}

/** MiB for btrfs's own data, with some reserve. */
const btrfsMiB = 512;

const mebibyte = 2 ** 20;

/** The volatile block images of one campaign: a template, and copies of it on the same file system. */
export class CampaignCopies {
  readonly #name: string;
  readonly #mountPoint: string;
  readonly #image: string;
  readonly #begin: (folder: string | undefined) => void;
  #made: { readonly request: CopyRequest; readonly folder: string } | null = null;

  /**
   * @param begin called with the user's folder before anything is made
   * @param images the folder of the file that contains the campaign's own file system
   * @param root the folder below which it is mounted
   */
  constructor(
    campaign: string,
    begin: (folder: string | undefined) => void = () => {},
    images = ownersFolder,
    root = "/run/rund-lab",
  ) {
    this.#name = `rund-lab-${campaign}`;
    this.#mountPoint = join(root, campaign, "copies");
    this.#image = join(images, `${campaign}.btrfs`);
    this.#begin = begin;
  }

  /**
   * Makes the template, and the file system for it, unless they exist already.
   *
   * @throws LabError `RUND_DISK_FULL`, `RUND_MOUNT`, `RUND_COPY`
   */
  async prepare(request: CopyRequest): Promise<void> {
    const { imageMiB, copies, folder } = request;
    const made = this.#made?.request;
    if (made?.imageMiB === imageMiB && made.copies >= copies && made.folder === folder) return;
    await this.clear(made?.folder);
    this.#begin(folder);
    if (folder === undefined) await this.#makeBtrfs((copies + 1) * imageMiB);
    const own = join(folder ?? this.#mountPoint, this.#name);
    try {
      mkdirSync(own);
      writeTemplate(join(own, "template"), imageMiB);
    } catch (cause) {
      throw copyError(own, (cause as NodeJS.ErrnoException).code ?? String(cause), cause);
    }
    this.#made = { request, folder: own };
  }

  /**
   * Copies the template `count` times, each in a separate thread, and removes the copies. The threads begin each phase together.
   *
   * @throws LabError `RUND_REFLINK` if the file system does not support reflinks, `RUND_DISK_FULL`, `RUND_COPY`
   */
  async measure(kind: CopyKind, count: number): Promise<Pick<OperationsEvent, "phases" | "harness">> {
    if (this.#made === null) throw new TypeError("the template is missing: call prepare() first");
    const { folder } = this.#made;
    const copies = Array.from({ length: count }, (_, item) => join(folder, `copy${item + 1}`));
    const { call, operation } = copyKinds[kind];
    const threads = await startThreads(count);
    const run = async (tasks: readonly Task[]) => {
      const times = await threads.run(tasks);
      const failed = times.find(({ failure }) => failure !== null)?.failure;
      if (failed != null) throw copyError(folder, failed.code);
      return times;
    };
    try {
      const harness = await harnessCost(threads, count, count);
      const make = copies.map((copy): Task => [[call, join(folder, "template"), copy]]);
      const remove = copies.map((copy): Task => [["unlink", copy]]);
      const phases = [
        await watchedPhase("make", operation, () => run(make)),
        await watchedPhase("remove", "unlink", () => run(remove)),
      ];
      return { phases, harness };
    } finally {
      await threads.close();
    }
  }

  /**
   * Removes the template, every copy, and the campaign's own file system with its mount, loop device and file.
   *
   * @param folder the user's folder; undefined if the campaign used none
   * @returns the number of removed files and folders
   */
  async clear(folder: string | undefined): Promise<number> {
    this.#made = null;
    const mounted = await unmountBelow(this.#mountPoint);
    if (mounted.length > 0) throw mountError("umount", `${mounted.join(", ")} stays mounted`);
    const places = [this.#mountPoint, this.#image, ...(folder === undefined ? [] : [join(folder, this.#name)])];
    return places.filter(removed).length;
  }

  /** Makes a btrfs with room for some MiB of data, and mounts it. */
  async #makeBtrfs(dataMiB: number): Promise<void> {
    const folder = dirname(this.#image);
    const { bavail, bsize } = statfsSync(folder);
    const neededMiB = dataMiB + btrfsMiB;
    const freeMiB = Math.floor((bavail * bsize) / mebibyte);
    if (freeMiB < neededMiB) {
      throw fullDisk(folder, { expected: `${neededMiB} MiB for all copies`, found: `${freeMiB} MiB` });
    }
    closeSync(openSync(this.#image, "w"));
    // btrfs reserves about a fifth of its space
    truncateSync(this.#image, Math.ceil(dataMiB * 1.25 + btrfsMiB) * mebibyte);
    mkdirSync(this.#mountPoint, { recursive: true });
    const hint =
      "install btrfs-progs on a kernel with btrfs and loop devices, or name a folder on btrfs or xfs with --reflink";
    await runMount("mkfs.btrfs", ["-q", this.#image], hint);
    await runMount("mount", ["-t", "btrfs", "-o", "loop", this.#image, this.#mountPoint], hint);
  }
}

/** Writes the template to the disk. Otherwise the first reflink would have to write its blocks from the page cache. */
function writeTemplate(path: string, imageMiB: number): void {
  const file = openSync(path, "wx");
  try {
    const chunk = Buffer.alloc(mebibyte, 3);
    for (let index = 0; index < imageMiB; index++) writeSync(file, chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Removes a file, or a folder with its content. @returns whether it existed */
function removed(path: string): boolean {
  try {
    rmSync(path, { recursive: true });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

function copyError(where: string, code: string, cause?: unknown): LabError {
  if (code === "ENOSPC" || code === "EDQUOT") return fullDisk(where, { cause });
  if (["EOPNOTSUPP", "ENOTSUP", "EXDEV", "EINVAL", "ENOTTY", "ENOSYS"].includes(code)) {
    const hint =
      "name a folder on btrfs, or on xfs made with reflink=1; without --reflink, the campaign makes a btrfs of its own";
    const summary = `the file system does not support reflinks (${code})`;
    return new LabError("RUND_REFLINK", "machine", summary, { where, hint, cause });
  }
  return new LabError("RUND_COPY", "machine", `the block image cannot be copied (${code})`, {
    where,
    hint: "the folder that --reflink names must exist and be writable; `dmesg` has the kernel's reason",
    cause,
  });
}

const fullDisk = (where: string, details: { expected?: string; found?: string; cause?: unknown }): LabError =>
  new LabError("RUND_DISK_FULL", "machine", "the copies of the block image do not fit", {
    where,
    ...details,
    hint: "free some space, or reduce --large and --concurrency",
  });
