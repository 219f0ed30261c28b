import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LabError } from "../../model/errors.js";
import { identify, isAlive, type ProcessIdentity } from "../system/process-identity.js";
import { removeTemporary, replaceFile } from "../system/replace-file.js";
import { fileDigest, type SavedFile, saveFile, textDigest, writeLike } from "./durable-files.js";
import type { Step } from "./steps.js";

interface Content {
  readonly version: 1;
  /** Whoever makes the changes; while it lives nobody else may. */
  readonly owner: ProcessIdentity;
  /** Whether everything that was to be done is done. */
  readonly complete: boolean;
  /** Groups of steps, the first to be done first. */
  readonly undo: readonly (readonly Step[])[];
  readonly files: readonly ChangedFile[];
}

/** A file as it was, and what rund-lab has made of it since: digests, each noted before it was written. */
interface ChangedFile extends SavedFile {
  readonly written: readonly string[];
}

/**
 * What was done to the machine and how it is taken back, on disk before it is done: whoever finds the journal after a
 * crash can put everything back.
 */
export interface Journal {
  /** Notes what takes the next step back. */
  note(undo: readonly Step[]): void;
  /** Gives a file another text. Its first content is kept. */
  change(file: string, text: string): void;
  /** Gives a file back its first content, mode, owner and time. One that was never changed is left alone. */
  putBack(file: string): void;
  /** Says that all was done as planned. */
  complete(): void;
  readonly isComplete: boolean;
  /** Files that are not as they were, as far as rund-lab has changed them. */
  readonly files: readonly string[];
  readonly owner: ProcessIdentity;
  /** The groups of steps that are still to be taken back. */
  readonly pending: readonly (readonly Step[])[];
  /** Says that a group has been taken back. */
  undone(group: readonly Step[]): void;
  /** Removes the journal, which must have nothing pending. */
  close(): void;
}

/**
 * Begins a journal; from now on nobody else can.
 *
 * @param folder made for it; removed with it
 * @throws LabError as `refuseJournal`; `RUND_CHANGES_FOLDER`
 */
export function beginJournal(folder: string): Journal {
  refuseJournal(folder);
  const begun: Content = { version: 1, owner: identify(process.pid)!, complete: false, undo: [], files: [] };
  writeContent(folder, begun);
  return journalOf(folder, begun);
}

/** @throws LabError `RUND_CHANGES_BUSY` if a living process has a journal in a folder, `RUND_CHANGES_LEFT` if a dead one has */
export function refuseJournal(folder: string): void {
  const there = findJournal(folder);
  if (there === undefined) return;
  const { pid } = there.owner;
  if (isAlive(there.owner)) {
    throw new LabError("RUND_CHANGES_BUSY", "machine", `process ${pid} has changed this machine's configs`, {
      where: folder,
      hint: "wait for it to end, or stop it; it restores them",
    });
  }
  throw new LabError("RUND_CHANGES_LEFT", "machine", `process ${pid} died before it put its changes back`, {
    where: folder,
    hint: "`rund-lab env restore` restores them",
  });
}

/**
 * The journal in a folder.
 *
 * @returns undefined if there is none: nothing is to be put back
 * @throws LabError `RUND_CHANGES_JOURNAL` if it cannot be read
 */
export function findJournal(folder: string): Journal | undefined {
  const file = join(folder, "journal.json");
  try {
    return journalOf(folder, JSON.parse(readFileSync(file, "utf8")) as Content);
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new LabError("RUND_CHANGES_JOURNAL", "machine", "cannot be read", {
      where: file,
      hint: "the backups beside it are the files as they were: put them back by hand",
      cause,
    });
  }
}

/** @throws LabError `RUND_CHANGES_FOLDER` */
function writeContent(folder: string, content: Content): void {
  try {
    mkdirSync(folder, { recursive: true });
    replaceFile(join(folder, "journal.json"), `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new LabError("RUND_CHANGES_FOLDER", "machine", `cannot be written (${code})`, {
      where: folder,
      hint: "nothing is changed that is not noted there first: make room, or make it writable, as root",
      cause,
    });
  }
}

function journalOf(folder: string, start: Content): Journal {
  let content = start;
  const write = (next: Content) => {
    writeContent(folder, next);
    content = next;
  };
  const replaceFile = (changed: ChangedFile) => {
    const others = content.files.filter(({ file }) => file !== changed.file);
    write({ ...content, files: [...others, changed] });
  };

  return {
    note(undo) {
      if (undo.length === 0 || content.undo.some(group => isDeepStrictEqual(group, undo))) return;
      write({ ...content, undo: [undo, ...content.undo] });
    },

    change(file, text) {
      const known = content.files.find(each => each.file === file);
      if (known !== undefined && !isOurs(known)) throw foreign(known);
      const saved = known ?? { ...saveFile(file, folder, content.files.length), written: [] };
      replaceFile({ ...saved, written: [...new Set([...saved.written, textDigest(text)])] });
      writeLike(saved, text);
    },

    putBack(file) {
      const saved = content.files.find(each => each.file === file);
      if (saved === undefined) return;
      // who removes the backup, or the folder the file was in, has settled the matter
      if (fileDigest(saved.backup) === saved.sha256 && existsSync(dirname(file))) {
        if (!isOurs(saved)) throw foreign(saved);
        if (fileDigest(file) !== saved.sha256) writeLike(saved, readFileSync(saved.backup));
        removeTemporary(file);
      }
      write({ ...content, files: content.files.filter(each => each !== saved) });
      rmSync(saved.backup, { force: true });
    },

    complete: () => write({ ...content, complete: true }),
    get isComplete() {
      return content.complete;
    },
    get files() {
      return content.files.map(({ file }) => file);
    },
    get owner() {
      return content.owner;
    },
    get pending() {
      return content.undo;
    },
    undone: group => write({ ...content, undo: content.undo.filter(each => each !== group) }),
    close() {
      rmSync(join(folder, "journal.json"), { force: true });
      removeIfEmpty(folder);
    },
  };
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOTEMPTY", "ENOENT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Whether a file is as it was, or as rund-lab has made it. */
const isOurs = ({ file, sha256, written }: ChangedFile): boolean =>
  [sha256, ...written].includes(fileDigest(file) ?? "");

const foreign = ({ file, backup }: ChangedFile): LabError =>
  new LabError("RUND_CONFIG_FOREIGN", "machine", "somebody else has changed it meanwhile; it is left as it is", {
    where: file,
    hint: `its content before the campaign is ${backup}: bring the two together, remove that copy, then \`rund-lab env restore\``,
  });
