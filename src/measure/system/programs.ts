import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/**
 * The full path of a program, looked up as a shell does.
 *
 * @param name a bare name, or an absolute path that is only checked
 * @param path folders as in PATH
 */
export function findProgram(name: string, path: string): string | undefined {
  const candidates = isAbsolute(name) ? [name] : path.split(delimiter).map(folder => join(folder, name));
  return candidates.find(file => {
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
