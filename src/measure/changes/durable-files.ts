import { createHash } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { LabError } from "../../model/errors.js";

/** A file as it was at one moment, with a copy of its bytes. */
export interface SavedFile {
  readonly file: string;
  /** The copy. */
  readonly backup: string;
  readonly sha256: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
}

/** SHA-256 in hex. */
export const textDigest = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** The digest of a file's bytes; undefined where there is no such file. */
export function fileDigest(file: string): string | undefined {
  try {
    return textDigest(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Copies a file into a folder, on disk when this returns. */
export function saveFile(file: string, folder: string, number: number): SavedFile {
  const content = readFileSync(file);
  const { mode, uid, gid, mtimeMs } = statSync(file);
  const backup = join(folder, `${number}-${basename(file)}`);
  writeDurably(backup, content);
  return { file, backup, sha256: textDigest(content), mode: mode & 0o7777, uid, gid, modifiedMs: mtimeMs };
}

/**
 * Gives a file a content, in one step and on disk when this returns: whoever reads it meanwhile, or after a crash, sees the
 * old content or the new one.
 *
 * @param like the mode, owner and time it gets; the time only if the content is the saved one
 * @throws LabError `RUND_CONFIG_WRITE`
 */
export function writeLike(like: SavedFile, content: string | Buffer): void {
  try {
    writeDurably(realpathSync(like.file), content, like);
    if (textDigest(content) === like.sha256) utimesSync(like.file, like.modifiedMs / 1000, like.modifiedMs / 1000);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new LabError("RUND_CONFIG_WRITE", "machine", `cannot be written (${code})`, {
      where: like.file,
      hint:
        code === "EROFS"
          ? "its file system is read-only: mount it writable, or put the file elsewhere"
          : "run it as root",
      cause,
    });
  }
}

/** Replaces a file in one step, on disk when this returns. */
export function writeDurably(
  file: string,
  content: string | Buffer,
  like?: Pick<SavedFile, "mode" | "uid" | "gid">,
): void {
  const temporary = temporaryFor(file);
  const handle = openSync(temporary, "w", 0o600);
  try {
    writeFileSync(handle, content);
    if (like !== undefined) {
      fchownSync(handle, like.uid, like.gid);
      fchmodSync(handle, like.mode);
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** Removes what a write that was cut short left beside a file. */
export function removeTemporary(file: string): void {
  rmSync(temporaryFor(realpathSync(file)), { force: true });
}

const temporaryFor = (file: string): string => join(dirname(file), `.${basename(file)}.rund-lab`);
