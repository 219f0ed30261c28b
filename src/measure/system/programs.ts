import { delimiter } from "node:path";
import which from "which";

/** Folders of programs for root that a user's PATH may lack. */
const rootFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Returns a PATH with the folders of programs for root appended.
 *
 * @example searchPath("/opt/bin:/usr/bin") // "/opt/bin:/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/sbin:/bin"
 */
export function searchPath(path: string): string {
  return [...new Set([...path.split(delimiter).filter(folder => folder !== ""), ...rootFolders])].join(delimiter);
}

/**
 * Finds the full path of a program, as a shell does; undefined if no folder has it.
 *
 * @param name a bare name, or an absolute path that is only checked
 * @param path folders as in PATH
 */
export const findProgram = (name: string, path: string): string | undefined =>
  which.sync(name, { path, nothrow: true }) ?? undefined;
