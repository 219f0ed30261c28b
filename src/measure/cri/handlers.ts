import type { CriStatus } from "./grpc/client.js";

/**
 * Returns the runtime handlers a service is configured with, from its verbose status (containerd and the replay server
 * tell).
 *
 * @returns names in code-unit order, or null where the service does not say
 * @example runtimeHandlers({ conditions: [], info: { config: '{"containerd":{"runtimes":{"runsc":{},"runc":{}}}}' } }) // ["runc", "runsc"]
 * @example runtimeHandlers({ conditions: [], info: {} }) // null
 */
export function runtimeHandlers({ info }: CriStatus): readonly string[] | null {
  const config = parse(info.config ?? "null") as { containerd?: { runtimes?: Record<string, unknown> } } | null;
  const runtimes = config?.containerd?.runtimes;
  return runtimes ? Object.keys(runtimes).sort() : null;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
