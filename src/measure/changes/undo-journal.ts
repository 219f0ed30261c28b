import { hash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { LabError } from "../../model/errors.js";
import { checkedJson } from "../../model/mismatch.js";
import { identify, isAlive, type ProcessIdentity, processIdentity } from "../system/process-identity.js";
import { removeTemporary, replaceFile } from "../system/replace-file.js";
import { fileDigest, saveFile, writeLike } from "./durable-files.js";
import { type Step, storedStep } from "./steps.js";

const digest = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 in hex");

const content = z.strictObject({
  version: z.literal(1),
  /** The process that makes the changes; while it lives, no other may. */
  owner: processIdentity,
  /** Whether all planned steps are done. */
  complete: z.boolean(),
  /** Groups of steps, in the order in which they are performed. */
  undo: z.array(z.array(storedStep).readonly()).readonly(),
  files: z
    .array(
      z.strictObject({
        file: z.string().min(1),
        backup: z.string().min(1),
        sha256: digest,
        mode: z.int().min(0).max(0o7777),
        uid: z.int().min(0),
        gid: z.int().min(0),
        modifiedMs: z.number().min(-8.64e15).max(8.64e15),
        /** The digest of each version that rund-lab has written, recorded before the write. */
        written: z.array(digest),
      }),
    )
    .readonly(),
});

type Content = Readonly<z.infer<typeof content>>;
type ChangedFile = Content["files"][number];

/**
 * Begins a journal. While it exists, no other process can begin one.
 *
 * @param folder created for it, and removed with it
 * @throws LabError as `refuseJournal`; `RUND_CHANGES_FOLDER`
 */
export function beginJournal(folder: string): UndoJournal {
  refuseJournal(folder);
  const begun: Content = { version: 1, owner: identify(process.pid)!, complete: false, undo: [], files: [] };
  writeContent(folder, begun);
  return new UndoJournal(folder, begun);
}

/**
 * Checks that a folder has no journal.
 *
 * @throws LabError `RUND_CHANGES_BUSY` if the journal's process is alive, `RUND_CHANGES_LEFT` if it has ended
 */
export function refuseJournal(folder: string): void {
  const existing = findJournal(folder);
  if (existing === undefined) return;
  const { pid } = existing.owner;
  if (isAlive(existing.owner)) {
    throw new LabError("RUND_CHANGES_BUSY", "machine", `process ${pid} has changed this machine's configs`, {
      where: folder,
      hint: "wait until it ends, or stop it; it restores them",
    });
  }
  throw new LabError("RUND_CHANGES_LEFT", "machine", `process ${pid} ended before it undid its changes`, {
    where: folder,
    hint: "`rund-lab env restore` undoes them",
  });
}

/**
 * Reads the journal in a folder.
 *
 * @returns undefined without a journal; then there is nothing to restore
 * @throws LabError `RUND_CHANGES_JOURNAL` if it cannot be read, or any part of it is missing, wrong or unknown
 */
export function findJournal(folder: string): UndoJournal | undefined {
  const where = join(folder, "journal.json");
  const hint = "the original files are in the backups beside it: restore them by hand, then remove the folder";
  let text: string;
  try {
    text = readFileSync(where, "utf8");
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new LabError("RUND_CHANGES_JOURNAL", "machine", "cannot be read", { where, hint, cause });
  }
  const read = checkedJson(text, content);
  if (read.ok) return new UndoJournal(folder, read.value);
  const { expected, found, cause } = read;
  throw new LabError("RUND_CHANGES_JOURNAL", "machine", "is damaged", { where, expected, found, hint, cause });
}

/** Writes a journal to the disk. @throws LabError `RUND_CHANGES_FOLDER` */
function writeContent(folder: string, content: Content): void {
  try {
    mkdirSync(folder, { recursive: true });
    replaceFile(join(folder, "journal.json"), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new LabError("RUND_CHANGES_FOLDER", "machine", `cannot be written (${code})`, {
      where: folder,
      hint: "rund-lab changes nothing before it has recorded the change there: free some disk space, or make the folder writable for root",
      cause,
    });
  }
}

/**
 * The record of a campaign's changes to the machine, with the steps that undo them. Each entry is on the disk before its step
 * begins, so that everything can be restored after a crash.
 */
export class UndoJournal {
  readonly #folder: string;
  #now: Content;

  /** @param now its content on the disk */
  constructor(folder: string, now: Content) {
    this.#folder = folder;
    this.#now = now;
  }

  /** Whether all planned steps are done. */
  get isComplete(): boolean {
    return this.#now.complete;
  }

  /** The files that rund-lab has changed and not restored yet. */
  get files(): readonly string[] {
    return this.#now.files.map(({ file }) => file);
  }

  get owner(): ProcessIdentity {
    return this.#now.owner;
  }

  /** The groups of steps that must still be performed to undo everything. */
  get pending(): readonly (readonly Step[])[] {
    return this.#now.undo;
  }

  /** Records how the next step is undone. */
  note(undo: readonly Step[]): void {
    if (undo.length === 0 || this.#now.undo.some(group => isDeepStrictEqual(group, undo))) return;
    this.#write({ undo: [undo, ...this.#now.undo] });
  }

  /** Replaces a file's text. Before the first change, its original content is saved. */
  change(file: string, text: string): void {
    const { files } = this.#now;
    const known = files.find(each => each.file === file);
    if (known !== undefined && !isOurs(known)) throw foreign(known);
    const saved = known ?? { ...saveFile(file, this.#folder, files.length), written: [] };
    const changed = { ...saved, written: [...new Set([...saved.written, hash("sha256", text)])] };
    this.#write({ files: [...files.filter(each => each !== known), changed] });
    writeLike(saved, text);
  }

  /** Restores a file's original content, mode, owner and time. A file that was never changed is not touched. */
  putBack(file: string): void {
    const { files } = this.#now;
    const saved = files.find(each => each.file === file);
    if (saved === undefined) return;
    // if a user removed the backup, or the file's folder, the file is not restored
    if (fileDigest(saved.backup) === saved.sha256 && existsSync(dirname(file))) {
      if (!isOurs(saved)) throw foreign(saved);
      if (fileDigest(file) !== saved.sha256) writeLike(saved, readFileSync(saved.backup));
      removeTemporary(file);
    }
    this.#write({ files: files.filter(each => each !== saved) });
    rmSync(saved.backup, { force: true });
  }

  /** Records that all planned steps are done. */
  complete(): void {
    this.#write({ complete: true });
  }

  /** Records that a group has been undone. */
  undone(group: readonly Step[]): void {
    this.#write({ undo: this.#now.undo.filter(each => each !== group) });
  }

  /** Removes the journal, in which nothing may be pending. */
  close(): void {
    rmSync(join(this.#folder, "journal.json"), { force: true });
    removeIfEmpty(this.#folder);
  }

  #write(change: Partial<Content>): void {
    const next = { ...this.#now, ...change };
    writeContent(this.#folder, next);
    this.#now = next;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Whether a file has its original content, or one that rund-lab has written. */
const isOurs = ({ file, sha256, written }: ChangedFile): boolean =>
  [sha256, ...written].includes(fileDigest(file) ?? "");

function foreign({ file, backup }: ChangedFile): LabError {
  const summary = "it was changed by something else in the meantime, so it is not restored";
  return new LabError("RUND_CONFIG_FOREIGN", "machine", summary, {
    where: file,
    hint: `${backup} is a copy from before the campaign: merge the two, remove that copy, then run \`rund-lab env restore\``,
  });
}
