import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { LabError } from "../../model/errors.js";
import { cgroupMode } from "../host/cgroups.js";
import { runtimes } from "../runtimes/index.js";
import { hasSysResource, overlayWorks } from "../system/capabilities.js";
import { freePort } from "../system/free-port.js";
import { withLock } from "../system/lock.js";
import { searchPath } from "../system/programs.js";
import { clearContainerd } from "./clear.js";
import { containerdConfig } from "./config.js";
import {
  type ContainerdRecord,
  containerdPaths,
  type Handler,
  readRecord,
  temporaryRecord,
  writeRecord,
} from "./containerd-record.js";
import { imageReady } from "./cri-ready.js";
import { findHandlers } from "./handlers.js";
import { architectureHere } from "./images/image-archive.js";
import { importImage } from "./images/import-image.js";
import { pauseImage, pauseImageName } from "./images/pause-image.js";
import { readStaticBusybox, workloadImage, workloadImageName } from "./images/workload-image.js";
import { launch } from "./launch.js";
import { findCniPlugins, podNetwork, podSubnet, readIpForward, readRoutes } from "./pod-network.js";
import { isUp, type PrivateContainerd, running } from "./private-containerd.js";
import { checkSocketLength, containerdVersion, mustBeRoot, requireProgram, requireSpans } from "./requirements.js";
import { runscWrapper } from "./runsc-wrapper.js";

/** Options of a private containerd. */
export interface StartOptions {
  /** `debug` makes containerd log every step; requests and their times are always logged. */
  readonly logLevel?: "info" | "debug";
  /** The folders to search for programs, as in PATH; root's usual folders are added. */
  readonly path?: string;
  /** Maximum milliseconds for its CRI to answer. */
  readonly timeoutMs?: number;
  /** Whether it exports the spans of every start; only containerd 2 can. */
  readonly otel?: boolean;
}

/**
 * Starts a separate containerd with the system's programs and waits until its CRI answers and has the pause image.
 * All of its files are in the folder; the machine's own containerd is neither used nor changed. The remains of an earlier one
 * that crashed are removed first.
 *
 * @param folder created if it is missing; otherwise it must be empty, or belong to an earlier private containerd that has ended
 * @throws LabError `RUND_ENV_ROOT`, `RUND_ENV_PROGRAM`, `RUND_ENV_HANDLERS`, `RUND_ENV_FOLDER`, `RUND_ENV_UP` (one is running in
 *   this folder), `RUND_LOCKED`, `RUND_ENV_START` (with the end of its log); nothing is left behind
 */
export async function startContainerd(folder: string, options: StartOptions = {}): Promise<PrivateContainerd> {
  const { logLevel = "info", timeoutMs = 30_000 } = options;
  const home = resolve(folder);
  const paths = containerdPaths(home);
  mustBeRoot();
  checkSocketLength(`${paths.socket}.ttrpc`, home);
  const path = searchPath(options.path ?? process.env.PATH ?? "");
  const containerd = requireProgram("containerd", path);
  const ctr = requireProgram("ctr", path);
  const found = findHandlers(runtimes, path);
  if (found.length === 0) {
    throw new LabError("RUND_ENV_HANDLERS", "machine", "no OCI runtime with its shim is installed", {
      hint: "apt-get install runc, or see environment/README.md for the others",
    });
  }
  return withLock(home, async () => {
    await claimFolder(home);
    // gVisor's own shim does not need the wrapper
    const runsc = found.find(({ name }) => name === "runsc")?.binary;
    const wrapper = join(paths.programs, "runsc");
    const handlers = found.map(each =>
      runsc !== undefined && each.binary === runsc ? { ...each, binary: wrapper } : each,
    );
    const record: ContainerdRecord = {
      version: 1,
      ready: false,
      process: null,
      handlers,
      snapshotter: "native",
      command: startCommand(containerd, paths.config, handlers),
      path: `${paths.programs}:${path}`,
      ipForward: readIpForward(),
      ...(options.otel === true ? { spansPort: await freePort() } : {}),
    };
    mkdirSync(home, { recursive: true });
    try {
      writeRecord(home, record);
      const snapshotter = (await overlayWorks(home)) ? "overlayfs" : "native";
      mkdirSync(paths.programs);
      if (runsc !== undefined) writeFileSync(wrapper, runscWrapper(runsc), { mode: 0o755 });
      const restrictOomScoreAdj = !hasSysResource();
      const cniPlugins = findCniPlugins();
      const settings = {
        folder: home,
        socket: paths.socket,
        handlers,
        snapshotter,
        logLevel,
        restrictOomScoreAdj,
        cniPlugins: cniPlugins ?? "/opt/cni/bin",
        containerdVersion: await containerdVersion(containerd),
      };
      if (options.otel === true) requireSpans(settings.containerdVersion);
      writeFileSync(paths.config, containerdConfig(settings));
      if (cniPlugins !== undefined) {
        mkdirSync(join(home, "cni"));
        writeFileSync(join(home, "cni", "10-pods.conflist"), podNetwork(home, podSubnet(home, readRoutes())));
      }
      await launch(home, { ...record, snapshotter }, timeoutMs);
      await importImage(ctr, paths.socket, pauseImageName, pauseImage());
      const busybox = readStaticBusybox();
      const architecture = architectureHere();
      if (busybox !== null && architecture !== undefined) {
        await importImage(ctr, paths.socket, workloadImageName, workloadImage(busybox, architecture));
        await imageReady(paths.socket, workloadImageName, timeoutMs);
      }
      await imageReady(paths.socket, pauseImageName, timeoutMs);
      writeRecord(home, { ...readRecord(home)!, ready: true });
    } catch (error) {
      await clearContainerd(home);
      throw error;
    }
    return running(home, readRecord(home)!);
  });
}

/** Makes sure that the folder may be used, and removes the remains of a containerd that has ended. */
async function claimFolder(home: string): Promise<void> {
  const record = readRecord(home);
  if (record === undefined) {
    const names = existsSync(home) ? readdirSync(home) : [];
    if (names.some(name => name !== temporaryRecord)) {
      throw new LabError("RUND_ENV_FOLDER", "usage", "contains files that rund-lab did not create", {
        where: home,
        hint: "choose another --folder",
      });
    }
    return;
  }
  if (isUp(record)) {
    throw new LabError(
      "RUND_ENV_UP",
      "machine",
      `a private containerd is already running (pid ${record.process?.pid})`,
      {
        where: home,
        hint: "use it, or stop it with `rund-lab env down`",
      },
    );
  }
  await clearContainerd(home);
}

/**
 * Returns the command that starts containerd. With hybrid cgroups, crun mistakes the unified tree for the real one, so containerd
 * then gets a mount namespace without that tree.
 */
function startCommand(containerd: string, config: string, handlers: readonly Handler[]): string[] {
  const plain = [containerd, "--config", config];
  if (cgroupMode() !== "hybrid" || !handlers.some(handler => handler.name === "crun")) return plain;
  const script = 'umount /sys/fs/cgroup/unified && exec "$0" "$@"';
  return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, ...plain];
}
