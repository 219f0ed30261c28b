import { existsSync } from "node:fs";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { findProgram } from "../system/programs.js";
import type { Handler } from "./containerd-record.js";

/**
 * Returns the handlers that this machine can run: the runtime's shim, program and config file must exist. If gVisor's own shim
 * is installed, it is used instead of runc's.
 *
 * @param path folders as in PATH
 * @returns in the order of `runtimes`; for two runtimes with one handler, the first
 */
export function findHandlers(runtimes: readonly RuntimeDeclaration[], path: string): Handler[] {
  const found = new Map<string, Handler>();
  for (const { handler: name, shim, config } of runtimes) {
    if (shim === null || found.has(name)) continue;
    const binary = shim.binary === undefined ? undefined : findProgram(shim.binary, path);
    if (shim.binary !== undefined && binary === undefined) continue;
    if (config !== null && !existsSync(config.path)) continue;
    const own = shim.binary === "runsc" && findProgram("containerd-shim-runsc-v1", path) !== undefined;
    const type = own ? "io.containerd.runsc.v1" : shim.type;
    if (findProgram(shim.path ?? shimProgram(type), path) === undefined) continue;
    found.set(name, {
      name,
      type,
      ...(shim.path === undefined ? {} : { shimPath: shim.path }),
      ...(binary === undefined || own ? {} : { binary }),
      ...(config === null ? {} : { configPath: config.path }),
    });
  }
  return [...found.values()];
}

/**
 * Returns the name of the shim's program behind a runtime type.
 *
 * @example shimProgram("io.containerd.runc.v2") // "containerd-shim-runc-v2"
 */
export function shimProgram(type: string): string {
  return `containerd-shim-${type.split(".").slice(-2).join("-")}`;
}
