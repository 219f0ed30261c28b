import { join } from "node:path";
import { stringify } from "@decimalturn/toml-patch";
import type { Handler } from "./handlers.js";
import { pauseImageName } from "./pause-image.js";

export interface ContainerdConfig {
  /** Everything containerd writes lies in here, but for the sockets of its shims (`/run/containerd/s`). */
  readonly folder: string;
  readonly socket: string;
  readonly handlers: readonly Handler[];
  readonly snapshotter: string;
  readonly logLevel: "info" | "debug";
  /** Needed where processes may not lower their oom_score_adj: runc would fail with "can't get final child's PID". */
  readonly restrictOomScoreAdj: boolean;
  /** The folder of the CNI plugins. */
  readonly cniPlugins: string;
}

/**
 * The private containerd's config.toml (version 2, which containerd 1.3 to 2.x read). It shares nothing with the machine's
 * own containerd: root, state, sockets, CNI folder, state of the OCI runtimes; NRI, whose socket is one for the whole machine, is
 * off.
 */
export function containerdConfig(config: ContainerdConfig): string {
  const { folder, socket, handlers, snapshotter, logLevel, restrictOomScoreAdj, cniPlugins } = config;
  return stringify(
    {
      version: 2,
      root: join(folder, "root"),
      state: join(folder, "state"),
      disabled_plugins: ["io.containerd.nri.v1.nri"],
      grpc: { address: socket },
      ttrpc: { address: `${socket}.ttrpc` },
      debug: { level: logLevel },
      plugins: {
        "io.containerd.internal.v1.opt": { path: join(folder, "opt") },
        "io.containerd.grpc.v1.cri": {
          sandbox_image: pauseImageName,
          restrict_oom_score_adj: restrictOomScoreAdj,
          // in the folder, so that they go with it
          netns_mounts_under_state_dir: true,
          cni: { conf_dir: join(folder, "cni"), bin_dir: cniPlugins },
          containerd: {
            snapshotter,
            default_runtime_name: handlers[0]?.name ?? "runc",
            runtimes: Object.fromEntries(handlers.map(handler => [handler.name, handlerTable(handler, folder)])),
          },
        },
      },
    },
    { inlineTableStart: 9 },
  );
}

function handlerTable({ name, type, shimPath, binary, configPath }: Handler, folder: string) {
  return {
    runtime_type: type,
    ...(shimPath === undefined ? {} : { runtime_path: shimPath }),
    ...(binary === undefined ? {} : { options: { BinaryName: binary, Root: join(folder, "oci", name) } }),
    ...(configPath === undefined ? {} : { options: { ConfigPath: configPath } }),
  };
}
