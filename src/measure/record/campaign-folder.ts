import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type CampaignEvent, formatEvent, parseEvents } from "../../campaign-files/events.js";
import { formatManifest, type Manifest, parseManifest } from "../../campaign-files/manifest.js";
import { LabError } from "../../model/errors.js";
import { settingsDigest } from "../plan/settings.js";
import { replaceFile } from "../system/replace-file.js";
import { DerivedFiles } from "./derived-files.js";
import { DoneRounds } from "./done-rounds.js";

/**
 * A campaign's folder while the campaign runs. Events are on the disk in the journal before any other file is written, so a crash
 * loses only the current round.
 */
export class CampaignFolder {
  readonly path: string;
  /** The measured rounds. */
  readonly done: DoneRounds;
  readonly #events: CampaignEvent[];
  readonly #journal: number;
  readonly #derived: DerivedFiles;
  #manifest: Manifest;

  private constructor(path: string, manifest: Manifest, events: readonly CampaignEvent[], journal: number) {
    this.path = path;
    this.#manifest = manifest;
    this.#events = [...events];
    this.done = new DoneRounds(events);
    this.#journal = journal;
    this.#derived = new DerivedFiles(path);
    this.#derived.rebuild(events);
  }

  /** Makes a new campaign: writes the manifest and an empty journal into its folder. */
  static create(path: string, manifest: Manifest): CampaignFolder {
    return written(path, () => {
      writeManifest(path, manifest);
      return new CampaignFolder(path, manifest, [], openSync(join(path, "events.ndjson"), "ax"));
    });
  }

  /**
   * Opens a campaign to continue it. A truncated last line of the journal belongs to the round that a crash interrupted; it is
   * cut off.
   *
   * @throws LabError `RUND_RESUME` if this is not a campaign, or if its journal is damaged before its end
   */
  static open(path: string): CampaignFolder {
    const manifest = readManifest(path);
    const file = join(path, "events.ndjson");
    return written(path, () => {
      const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);
      const { rows, problems } = parseEvents(whole.toString("utf8"), file);
      const [fault] = problems;
      if (fault !== undefined) {
        throw new LabError("RUND_RESUME", "input", "the campaign's journal is damaged", {
          where: `${file}:${fault.line}`,
          expected: fault.expected,
          found: fault.found,
          hint: "a crash can only damage its last line, so something else changed the file: restore it, or measure again in a new folder",
        });
      }
      const journal = openSync(file, "a");
      if (whole.length < bytes.length) ftruncateSync(journal, whole.length);
      return new CampaignFolder(path, manifest, rows, journal);
    });
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /** The events of the journal, in order. */
  get events(): readonly CampaignEvent[] {
    return this.#events;
  }

  /** Replaces the manifest in one step. */
  update(change: Partial<Manifest>): void {
    this.#manifest = { ...this.#manifest, ...change };
    written(this.path, () => writeManifest(this.path, this.#manifest));
  }

  /** Appends to the journal; a round is on the disk before its lines are written to the logs. */
  readonly append = (event: CampaignEvent): void => {
    written(this.path, () => {
      const length = fstatSync(this.#journal).size;
      try {
        writeFileSync(this.#journal, formatEvent(event));
      } catch (error) {
        // half a line in the middle would damage the journal
        ftruncateSync(this.#journal, length);
        throw error;
      }
      fsyncSync(this.#journal);
      this.#events.push(event);
      this.done.add(event);
      this.#derived.add(event);
    });
  };

  /** Writes a file of a run folder completely or not at all. */
  readonly write = (name: string, content: string | Uint8Array): void => {
    written(this.path, () => {
      const file = join(this.path, name);
      mkdirSync(dirname(file), { recursive: true });
      replaceFile(file, content);
    });
  };

  close(): void {
    closeSync(this.#journal);
  }
}

/**
 * Makes a campaign's folder: `raw/20260131T120000-time`, with `-2` appended if that exists.
 *
 * @param at UTC, as ISO 8601
 * @throws LabError `RUND_WRITE`
 */
export function makeCampaignFolder(out: string, what: string, at: string): string {
  const name = `${at.slice(0, 19).replaceAll(/[-:]/g, "")}-${what}`;
  return written(out, () => {
    mkdirSync(out, { recursive: true });
    for (let n = 1; ; n++) {
      const path = join(out, n === 1 ? name : `${name}-${n}`);
      try {
        mkdirSync(path);
        return path;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  });
}

/**
 * Reads the manifest of a campaign that will be resumed.
 *
 * @throws LabError `RUND_RESUME` if the folder contains no valid manifest, `RUND_RESUME_PLAN` if its settings do not have their
 * digest
 */
export function readManifest(path: string): Manifest {
  const file = join(path, "run.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new LabError("RUND_RESUME", "input", "", {
      where: path,
      expected: "a campaign's folder with its run.json",
      found: (cause as NodeJS.ErrnoException).code === "ENOENT" ? "none" : String((cause as Error).message),
      hint: "--resume takes a folder that `rund-lab run` made, such as raw/20260131T120000-time",
      cause,
    });
  }
  const manifest = parseManifest(text, file);
  const { digest, settings } = manifest.plan;
  if (settingsDigest(settings) === digest) return manifest;
  throw new LabError("RUND_RESUME_PLAN", "input", "the settings of the plan changed since the campaign started", {
    where: file,
    expected: `settings with the SHA-256 in plan.digest, ${digest.slice(0, 12)}…`,
    found: `${settingsDigest(settings).slice(0, 12)}…`,
    hint: "undo the change in run.json, or measure the new plan in a new folder",
  });
}

const writeManifest = (path: string, manifest: Manifest) =>
  replaceFile(join(path, "run.json"), formatManifest(manifest));

/** Calls a function that writes. If a write fails, the error has a next step. @throws LabError `RUND_WRITE` */
function written<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof LabError) throw cause;
    const { code, path: file } = cause as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOSPC: "the disk is full",
      EDQUOT: "the disk quota is used up",
      EACCES: "no permission to write",
      EPERM: "no permission to write",
      EROFS: "the file system is read-only",
      ENOTDIR: "a file is where a folder should be",
      EEXIST: "a file is where a folder should be",
    };
    throw new LabError("RUND_WRITE", "machine", reasons[code ?? ""] ?? `cannot be written (${code ?? cause})`, {
      where: file ?? path,
      hint:
        code === "ENOSPC" || code === "EDQUOT"
          ? `free some disk space, then continue with \`rund-lab run --resume ${path}\``
          : "name another folder with --out",
      cause,
    });
  }
}
