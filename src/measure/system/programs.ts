import which from "which";

/**
 * Finds the full path of a program, as a shell does; undefined if no folder has it.
 *
 * @param name a bare name, or an absolute path that is only checked
 * @param path folders as in PATH
 */
export const findProgram = (name: string, path: string): string | undefined =>
  which.sync(name, { path, nothrow: true }) ?? undefined;
