/**
 * How one runtime is started and measured: a declaration, one file per runtime in this folder. Ids are unique, handlers
 * need not be.
 */
export interface RuntimeDeclaration {
  /** In folder names, tables and on the command line. */
  readonly id: string;
  /** The CRI string containerd knows it by. */
  readonly handler: string;
  readonly label: string;
  /** Not tried on the machines this was developed on. */
  readonly untested?: boolean;
  /** How containerd starts it; null where only the machine's own containerd knows (a runtime from a file). */
  readonly shim: RuntimeShim | null;
  /** containerd's snapshotter for its sandboxes; null leaves the machine's own. */
  readonly snapshotter: "overlayfs" | "devmapper" | null;
  /** The runtime's own config file and what a campaign changes in it; null where it has none. */
  readonly config: RuntimeConfig | null;
  /** MB that the guest's true memory exceeds the label by in the memory campaign; 0 without a guest. */
  readonly guestMemoryExtraMb: number;
  /** The step before each cell that makes a VM template; null if there is none. */
  readonly template: "kata-factory" | "rund-template" | null;
  /** What versions.txt says of the runtime itself, in order: a command's output, or a line as it stands. */
  readonly versions: readonly VersionLine[];
  /** Which processes are its memory, by component: patterns matched against the whole command line, the first one counts. */
  readonly processes: readonly ProcessPattern[];
}

/** How containerd starts a runtime, for the private containerd's config. */
export interface RuntimeShim {
  /** containerd's `runtime_type`, which names the shim: `io.containerd.kata.v2` is `containerd-shim-kata-v2`. */
  readonly type: string;
  /** The shim's full path, where it is not found on PATH under that name. */
  readonly path?: string;
  /** The OCI runtime's program, for the shim of runc. */
  readonly binary?: string;
}

/** The config file of a runtime with a guest, and what a campaign sets in it. */
export interface RuntimeConfig {
  readonly path: string;
  /** The table that holds `default_memory`: `hypervisor.qemu`. */
  readonly hypervisor: string;
  /** TOML table → key → value, set for the whole campaign; null takes the key out. */
  readonly overlay: TomlOverlay;
}

/** What an overlay can set a TOML key to. */
export type TomlValue = string | number | boolean | readonly string[];

/** TOML table (`hypervisor.qemu`, a name with dots in quotes) → key → value; null takes the key out. */
export type TomlOverlay = Readonly<Record<string, Readonly<Record<string, TomlValue | null>>>>;

export type VersionLine = { readonly command: readonly string[] } | { readonly line: string };

/** Processes that are part of a runtime's memory, and what they count as. */
export interface ProcessPattern {
  readonly component: "shim" | "vmm" | "virtiofsd" | "sandbox" | "gofer" | "pause" | "other";
  readonly pattern: RegExp;
}
