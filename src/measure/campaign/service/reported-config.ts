import { configuredSandboxImage } from "../../changes/containerd-settings.js";
import type { CriStatus } from "../../cri/grpc/client.js";
import { parseJson } from "../../system/json.js";

/** A runtime handler as containerd reports it. */
export interface ReportedRuntime {
  readonly runtimeType?: string;
  readonly snapshotter?: string;
  readonly options?: Readonly<Record<string, unknown>> | null;
}

/** containerd's CRI configuration, with the fields that are used here. */
interface ReportedConfig {
  readonly containerd?: {
    readonly snapshotter?: string;
    readonly runtimes?: Readonly<Record<string, ReportedRuntime>>;
  };
  readonly sandboxImage?: string;
}

/** Returns the configuration in a service's verbose status; null if it reports none. */
export const reportedConfig = ({ info }: Pick<CriStatus, "info">): ReportedConfig | null =>
  parseJson(info.config) as ReportedConfig | null;

/** Returns a handler of a service from its verbose status. */
export const reportedRuntime = (status: Pick<CriStatus, "info">, handler: string): ReportedRuntime | undefined =>
  reportedConfig(status)?.containerd?.runtimes?.[handler];

/**
 * Returns a service's sandbox (pause) image. containerd 2 no longer reports it, so it is read from the config if that is known.
 *
 * @param configText null if it is unknown
 * @returns null if neither names it
 */
export function sandboxImageOf(status: Pick<CriStatus, "info">, configText: string | null): string | null {
  return reportedConfig(status)?.sandboxImage || (configText === null ? null : configuredSandboxImage(configText));
}
