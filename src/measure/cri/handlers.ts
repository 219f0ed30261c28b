import { parseJson } from "../system/json.js";
import type { CriStatus } from "./grpc/client.js";

/**
 * Returns the runtime handlers that a service is configured with, from its verbose status (containerd and the replay server
 * report them).
 *
 * @returns names in code-unit order, or null if the service does not report them
 * @example runtimeHandlers({ conditions: [], info: { config: '{"containerd":{"runtimes":{"runsc":{},"runc":{}}}}' } }) // ["runc", "runsc"]
 * @example runtimeHandlers({ conditions: [], info: {} }) // null
 */
export function runtimeHandlers({ info }: CriStatus): readonly string[] | null {
  const config = parseJson(info.config) as { containerd?: { runtimes?: Record<string, unknown> } } | null;
  const runtimes = config?.containerd?.runtimes;
  return runtimes ? Object.keys(runtimes).sort() : null;
}
