import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { ManifestRun } from "../../../campaign-files/manifest.js";
import { parseOciRuntime } from "../../../logs/index.js";
import { configuredSnapshotter } from "../../changes/containerd-settings.js";
import type { CriStatus, CriVersion } from "../../cri/grpc/client.js";
import { listenerOf } from "../../host/listener.js";
import { readLink, readProc } from "../../host/proc.js";
import { parseJson } from "../../system/json.js";
import { findProgram } from "../../system/programs.js";
import type { CgroupDriver } from "./cgroup-parent.js";
import { type ReportedRuntime, reportedConfig, sandboxImageOf } from "./reported-config.js";

/** Facts about the service that answers. Its programs may differ from those on rund-lab's own PATH. */
export type ServiceFacts = ManifestRun["config"];

/** The sources of the facts. */
interface FactSources {
  readonly version: CriVersion;
  readonly status: CriStatus;
  readonly socket: string;
  /** The text of the service's config; null if it is unknown. */
  readonly configText: string | null;
  /** The cgroup driver of the handler's sandboxes. */
  readonly driver: CgroupDriver | null;
}

/**
 * Returns the facts about one runtime handler: the service's name and version, snapshotter, shim type, options, cgroup driver,
 * sandbox image, CNI configuration, and the OCI runtime's version and digest. A fact is null if the service does not report it.
 */
export async function serviceFacts(
  { version, status, socket, configText, driver }: FactSources,
  handler: string,
): Promise<ServiceFacts> {
  const config = reportedConfig(status);
  const runtime = config?.containerd?.runtimes?.[handler];
  const options = runtime?.options ?? {};
  return {
    service: `${version.runtimeName} ${version.runtimeVersion}`,
    // containerd 2 no longer reports it
    snapshotter:
      runtime?.snapshotter ||
      config?.containerd?.snapshotter ||
      (configText === null ? null : configuredSnapshotter(configText)),
    handlerType: runtime?.runtimeType ?? null,
    handlerOptions: runtime === undefined ? null : canonical(options),
    cgroupDriver: driver,
    sandboxImage: sandboxImageOf(status, configText),
    cni: networksDigest(status.info.cniconfig),
    ...(await programFacts(socket, runtime)),
  };
}

/** Returns a digest of the networks, without the folders of their files and plugins. */
function networksDigest(cniconfig: string | undefined): string | null {
  const config = parseJson(cniconfig) as { readonly Networks?: unknown } | null;
  return config === null ? null : digest(JSON.stringify(config.Networks ?? null));
}

/**
 * Returns version and digest of the program behind a handler of runc's shim, as the service's process finds it: on its PATH,
 * below its root.
 */
async function programFacts(socket: string, runtime: ReportedRuntime | undefined): Promise<ServiceFacts> {
  if (runtime?.runtimeType !== "io.containerd.runc.v2") return {};
  const unknown = { ociVersion: null, ociDigest: null };
  const pid = listenerOf(socket);
  if (pid === undefined) return unknown;
  const root = rootOf(pid);
  const path = /(?:^|\0)PATH=([^\0]*)/.exec(readProc(`/proc/${pid}/environ`) ?? "")?.[1] ?? "";
  const name = String(runtime.options?.BinaryName || "runc");
  const below = path
    .split(":")
    .map(folder => join(root, folder))
    .join(":");
  const program = findProgram(name.startsWith("/") ? join(root, name) : name, below);
  if (program === undefined) return unknown;
  const inside = root === "/" ? program : program.slice(root.length);
  const command = root === "/" ? [program] : ["chroot", root, inside];
  const { stdout, failed } = await execa(command[0]!, [...command.slice(1), "--version"], {
    reject: false,
    timeout: 10_000,
    stdin: "ignore",
  });
  return {
    ociVersion: failed ? null : (parseOciRuntime(stdout) ?? stdout.split("\n")[0] ?? null),
    ociDigest: digest(readFileSync(program)),
  };
}

/**
 * Returns the root of a process as a path that works here. If the process has a different root or mount namespace, this is its
 * link in /proc.
 */
function rootOf(pid: number): string {
  const link = `/proc/${pid}/root`;
  return (readLink(link) ?? "/") === "/" ? "/" : link;
}

/** Values of an option that mean the same as its absence. */
const empty: readonly unknown[] = ["", false, null, 0];

/** Options that are recorded as separate facts, or only name a folder. */
const otherwiseKnown = ["SystemdCgroup", "BinaryName", "Root"];

/** Returns JSON with its keys sorted and empty values left out, so that equal options give equal texts. */
function canonical(options: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(options).filter(
    ([name, value]) => !empty.includes(value) && !otherwiseKnown.includes(name),
  );
  return JSON.stringify(Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1))));
}

const digest = (content: string | Buffer): string => hash("sha256", content).slice(0, 12);
