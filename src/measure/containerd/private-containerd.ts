import { resolve } from "node:path";
import { LabError } from "../../model/errors.js";
import { withLock } from "../system/lock.js";
import { endProcess, isAlive } from "../system/process-identity.js";
import { clearContainerd } from "./clear.js";
import { type ContainerdRecord, containerdPaths, type Handler, readRecord, systemSocket } from "./containerd-record.js";
import { launch } from "./launch.js";
import { mustBeRoot } from "./requirements.js";

/** The default folder of the private containerd that `env up` starts. */
export const defaultFolder = "/var/lib/rund-lab/containerd";

/** A running private containerd. */
export interface PrivateContainerd {
  readonly folder: string;
  readonly socket: string;
  /** `unix://` and the socket's path. */
  readonly endpoint: string;
  readonly pid: number;
  readonly handlers: readonly Handler[];
  readonly snapshotter: string;
  readonly logPath: string;
  readonly configPath: string;
  /** The loopback port to which it sends its spans; null if it sends none. */
  readonly spansPort: number | null;
  /** Stops containerd and all of its sandboxes, unmounts, and removes the folder. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Returns the private containerd in a folder.
 *
 * @returns undefined if none is running there
 * @throws LabError `RUND_ENV_RECORD`
 */
export function findContainerd(folder: string): PrivateContainerd | undefined {
  const home = resolve(folder);
  const record = readRecord(home);
  return record !== undefined && isUp(record) ? running(home, record) : undefined;
}

/**
 * Returns the CRI endpoint to use by default: the private containerd if it is up in its usual folder, otherwise the machine's
 * own.
 */
export const defaultEndpoint = (): string => findContainerd(defaultFolder)?.endpoint ?? `unix://${systemSocket}`;

/**
 * Stops the private containerd of a folder and removes its sandboxes, shims and mounts and the folder itself. It removes
 * exactly what `startContainerd` started, also after a crash.
 *
 * @param warn receives a message if the removal takes long
 * @returns false if there was no private containerd
 * @throws LabError `RUND_ENV_ROOT`, `RUND_ENV_RECORD`, `RUND_LOCKED`, `RUND_ENV_REMAINS` if something could not be removed
 */
export async function stopContainerd(folder: string, warn?: (message: string) => void): Promise<boolean> {
  const home = resolve(folder);
  mustBeRoot();
  if (readRecord(home) === undefined) return false;
  return withLock(home, async () => {
    if (readRecord(home) === undefined) return false;
    await clearContainerd(home, warn);
    return true;
  });
}

/**
 * Ends only the containerd process and starts it again with its current config; its sandboxes keep running. A containerd that has
 * died is started again.
 *
 * @throws LabError `RUND_ENV_DOWN` if there is none, `RUND_ENV_START`
 */
export async function restartContainerd(folder: string, timeoutMs = 30_000): Promise<PrivateContainerd> {
  const home = resolve(folder);
  mustBeRoot();
  return withLock(home, async () => {
    const record = readRecord(home);
    if (record === undefined) {
      throw new LabError("RUND_ENV_DOWN", "machine", "no private containerd is running", {
        where: home,
        hint: "`rund-lab env up` starts one",
      });
    }
    if (record.process !== null) await endProcess(record.process, 10_000);
    await launch(home, record, timeoutMs);
    return running(home, readRecord(home)!);
  });
}

/** Returns the private containerd of a record. */
export function running(home: string, record: ContainerdRecord): PrivateContainerd {
  const { process, handlers, snapshotter, spansPort = null } = record;
  const { socket, log, config } = containerdPaths(home);
  return {
    folder: home,
    socket,
    endpoint: `unix://${socket}`,
    pid: process?.pid ?? 0,
    handlers,
    snapshotter,
    logPath: log,
    configPath: config,
    spansPort,
    stop: async () => void (await stopContainerd(home)),
  };
}

/** Whether a private containerd is running and ready. It is not ready if `env up` was killed too early. */
export const isUp = ({ ready, process }: ContainerdRecord): boolean => ready && process !== null && isAlive(process);
