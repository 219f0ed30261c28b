import {
  closeSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

/** A file's mode, and its owner, if that is not this process. */
interface FileRights {
  readonly mode: number;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Replaces a file's content in one step; the new content is on the disk when this returns. A reader sees the old content or the
 * new one, also after a crash. If writing fails, the old content stays.
 *
 * @param rights the mode and owner of the new file; by default this process's own
 */
export function replaceFile(file: string, content: string | Uint8Array, rights?: FileRights): void {
  const temporary = temporaryFor(file);
  try {
    const handle = openSync(temporary, "w", rights === undefined ? 0o666 : 0o600);
    try {
      writeFileSync(handle, content);
      if (rights !== undefined) {
        const { uid, gid } = rights;
        if (uid !== undefined && gid !== undefined) fchownSync(handle, uid, gid);
        fchmodSync(handle, rights.mode);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
}

/** Removes the temporary file that a killed `replaceFile` has left beside a file. */
export function removeTemporary(file: string): void {
  rmSync(temporaryFor(realpathSync(file)), { force: true });
}

/** Returns the temporary name of a file's new content. It follows from the file's name, so that it can be found after a kill. */
export const temporaryFor = (file: string): string => join(dirname(file), `.${basename(file)}.rund-lab`);
