import { hash } from "node:crypto";
import { readFileSync, realpathSync, statSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { LabError } from "../../model/errors.js";
import { replaceFile } from "../system/replace-file.js";

/** The state of a file at one moment, with a copy of its bytes. */
interface SavedFile {
  readonly file: string;
  /** The copy. */
  readonly backup: string;
  readonly sha256: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modifiedMs: number;
}

/** Returns the digest of a file's bytes; undefined if there is no such file. */
export function fileDigest(file: string): string | undefined {
  try {
    return hash("sha256", readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Copies a file into a folder; the copy is on disk when this returns. */
export function saveFile(file: string, folder: string, number: number): SavedFile {
  const content = readFileSync(file);
  const { mode, uid, gid, mtimeMs } = statSync(file);
  const backup = join(folder, `${number}-${basename(file)}`);
  replaceFile(backup, content, { mode: 0o600 });
  return { file, backup, sha256: hash("sha256", content), mode: mode & 0o7777, uid, gid, modifiedMs: mtimeMs };
}

/**
 * Replaces a file's content and gives it the mode and owner of its saved state. If the content is the saved one, the file also
 * gets the saved time.
 *
 * @param like the file and its saved state
 * @throws LabError `RUND_CONFIG_WRITE`
 */
export function writeLike(like: SavedFile, content: string | Buffer): void {
  try {
    replaceFile(realpathSync(like.file), content, like);
    if (hash("sha256", content) === like.sha256) utimesSync(like.file, like.modifiedMs / 1000, like.modifiedMs / 1000);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new LabError("RUND_CONFIG_WRITE", "machine", `cannot be written (${code})`, {
      where: like.file,
      hint:
        code === "EROFS"
          ? "its file system is read-only: remount it as writable, or put the file elsewhere"
          : "run rund-lab as root",
      cause,
    });
  }
}
