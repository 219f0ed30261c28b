import { join } from "node:path";
import { stringify } from "@decimalturn/toml-patch";
import type { Handler } from "./containerd-record.js";
import { pauseImageName } from "./images/pause-image.js";

/** The settings for the config of a private containerd. */
interface ContainerdConfig {
  /** The folder for everything that containerd writes, except the sockets of its shims (`/run/containerd/s`). */
  readonly folder: string;
  readonly socket: string;
  readonly handlers: readonly Handler[];
  readonly snapshotter: string;
  readonly logLevel: "info" | "debug";
  /** Needed if processes may not lower their oom_score_adj: runc would fail with "can't get final child's PID". */
  readonly restrictOomScoreAdj: boolean;
  /** The folder of the CNI plugins. */
  readonly cniPlugins: string;
  /** The numbers of the program's version, such as 2, 1, 9. */
  readonly containerdVersion: readonly number[];
}

/**
 * Returns the private containerd's config.toml, in the version that the program itself writes: 3 for containerd 2.x, 2 for 1.x.
 * It shares no root, state, socket or CNI folder with the machine's own containerd, and no state of the OCI runtimes. NRI is off,
 * because the whole machine shares its socket.
 */
export function containerdConfig(config: ContainerdConfig): string {
  const { folder, socket, logLevel, containerdVersion } = config;
  const [major = 1] = containerdVersion;
  return stringify(
    {
      version: major >= 2 ? 3 : 2,
      root: join(folder, "root"),
      state: join(folder, "state"),
      disabled_plugins: ["io.containerd.nri.v1.nri"],
      grpc: { address: socket },
      ttrpc: { address: `${socket}.ttrpc` },
      debug: { level: logLevel },
      plugins: {
        "io.containerd.internal.v1.opt": { path: join(folder, "opt") },
        ...(major >= 2 ? criOfVersion3(config) : criOfVersion2(config)),
      },
    },
    { inlineTableStart: 9 },
  );
}

function criOfVersion2(config: ContainerdConfig) {
  return {
    "io.containerd.grpc.v1.cri": {
      sandbox_image: pauseImageName,
      ...runtimeSettings(config),
      cni: { conf_dir: join(config.folder, "cni"), bin_dir: config.cniPlugins },
      containerd: { snapshotter: config.snapshotter, ...runtimeTables(config) },
    },
  };
}

/**
 * Returns the CRI's section in version 3, which divides it into two plugins; since containerd 2.1 there may be several folders of
 * CNI plugins.
 */
function criOfVersion3(config: ContainerdConfig) {
  const { folder, snapshotter, cniPlugins, containerdVersion } = config;
  const [major = 2, minor = 0] = containerdVersion;
  const several = major > 2 || minor >= 1;
  return {
    "io.containerd.cri.v1.images": { snapshotter, pinned_images: { sandbox: pauseImageName } },
    "io.containerd.cri.v1.runtime": {
      ...runtimeSettings(config),
      cni: { conf_dir: join(folder, "cni"), ...(several ? { bin_dirs: [cniPlugins] } : { bin_dir: cniPlugins }) },
      containerd: runtimeTables(config),
    },
  };
}

const runtimeSettings = ({ restrictOomScoreAdj }: ContainerdConfig) => ({
  restrict_oom_score_adj: restrictOomScoreAdj,
  // inside the folder, so that they are removed with it
  netns_mounts_under_state_dir: true,
});

const runtimeTables = ({ handlers, folder }: ContainerdConfig) => ({
  default_runtime_name: handlers[0]?.name ?? "runc",
  runtimes: Object.fromEntries(handlers.map(handler => [handler.name, handlerTable(handler, folder)])),
});

function handlerTable({ name, type, shimPath, binary, configPath }: Handler, folder: string) {
  return {
    runtime_type: type,
    ...(shimPath === undefined ? {} : { runtime_path: shimPath }),
    ...(binary === undefined ? {} : { options: { BinaryName: binary, Root: join(folder, "oci", name) } }),
    ...(configPath === undefined ? {} : { options: { ConfigPath: configPath } }),
  };
}
