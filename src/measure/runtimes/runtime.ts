import { z } from "zod";
import type { RuntimeColour } from "../../model/runtimes.js";

/**
 * The declaration of one runtime, from which it is started and measured: one file per runtime in this folder. Ids are unique;
 * several runtimes may have the same handler.
 */
export interface RuntimeDeclaration {
  /** The id in folder names, tables and on the command line. */
  readonly id: string;
  /** The CRI string by which containerd knows it. */
  readonly handler: string;
  readonly label: string;
  /** Its colour in figures; by default one that no other runtime of a figure has. */
  readonly colour?: RuntimeColour | undefined;
  /** Whether this project has never run it. */
  readonly untested?: boolean;
  /** Its shim, for a private containerd; null if only the machine's own containerd can start it (a runtime from a file). */
  readonly shim: RuntimeShim | null;
  /** containerd's snapshotter for its sandboxes; null leaves it unchanged. */
  readonly snapshotter: "overlayfs" | "devmapper" | null;
  /** The runtime's own config file, and the values that a campaign sets in it; null if it has none. */
  readonly config: RuntimeConfig | null;
  /** The MB by which the guest's true memory exceeds the label in the memory campaign; 0 without a guest. */
  readonly guestMemoryExtraMb: number;
  /** The step before each cell that makes a VM template; null if there is none. */
  readonly template: "kata-factory" | "rund-template" | null;
  /** The runtime's lines in versions.txt, in order: a command's output, or a fixed line. */
  readonly versions: readonly VersionLine[];
  /**
   * The processes whose memory counts as the runtime's, by component. Patterns are matched against the whole command line; the
   * first match decides.
   */
  readonly processes: readonly ProcessPattern[];
}

/** The values of a runtime without a guest whose shim, versions and processes are unknown. */
export const bareRuntime = {
  shim: null,
  snapshotter: null,
  config: null,
  template: null,
  guestMemoryExtraMb: 0,
  versions: [],
  processes: [],
} as const;

/** The shim of a runtime, for the private containerd's config. */
export interface RuntimeShim {
  /** containerd's `runtime_type`, which names the shim: `io.containerd.kata.v2` is `containerd-shim-kata-v2`. */
  readonly type: string;
  /** The shim's full path, if it is not on PATH under that name. */
  readonly path?: string;
  /** The OCI runtime's program, for the shim of runc. */
  readonly binary?: string;
}

/** The config file of a runtime with a guest, and the values that a campaign sets in it. */
export interface RuntimeConfig {
  readonly path: string;
  /** The table that contains `default_memory`: `hypervisor.qemu`. */
  readonly hypervisor: string;
  /** TOML table → key → value, set for the whole campaign; null removes the key. */
  readonly overlay: TomlOverlay;
}

const tomlValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()]);

/** TOML table (`hypervisor.qemu`, a name with dots in quotes) → key → value; null removes the key. */
export const tomlOverlay = z.record(z.string(), z.record(z.string(), tomlValue.nullable()).readonly()).readonly();

/** Values to set in a TOML file; see `tomlOverlay`. */
export type TomlOverlay = z.infer<typeof tomlOverlay>;

/** A line of versions.txt: the output of a command, or a fixed text. */
export type VersionLine = { readonly command: readonly string[] } | { readonly line: string };

/** Processes that are part of a runtime's memory, and the component that they count as. */
export interface ProcessPattern {
  readonly component: "shim" | "vmm" | "virtiofsd" | "sandbox" | "gofer" | "pause" | "other";
  readonly pattern: RegExp;
}
