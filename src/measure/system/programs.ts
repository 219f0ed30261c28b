import which from "which";

/**
 * Returns the full path of a program, which is searched as a shell does.
 *
 * @param name a bare name, or an absolute path that is only checked
 * @param path folders as in PATH
 */
export const findProgram = (name: string, path: string): string | undefined =>
  which.sync(name, { path, nothrow: true }) ?? undefined;
