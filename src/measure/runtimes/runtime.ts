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
  /** containerd's snapshotter for its sandboxes; null leaves the machine's own. */
  readonly snapshotter: "overlayfs" | "devmapper" | null;
  /** The runtime's own config file and what a campaign changes in it; null where it has none. */
  readonly config: RuntimeConfig | null;
  /** MB that the guest's true memory exceeds the label by in the memory campaign; 0 without a guest. */
  readonly guestMemoryExtraMb: number;
  /** The step before each cell that makes a VM template; null where there is none. */
  readonly template: "kata-factory" | "rund-template" | null;
  /** Commands whose output goes to versions.txt, in order. */
  readonly versions: readonly (readonly string[])[];
  /** Which processes are its memory, by component: a pattern matched against the whole command line. */
  readonly processes: readonly ProcessPattern[];
}

export interface RuntimeConfig {
  readonly path: string;
  /** TOML table → key → value, set for the whole campaign. */
  readonly overlay: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
}

export interface ProcessPattern {
  readonly component: "shim" | "vmm" | "virtiofsd" | "sandbox" | "gofer" | "pause" | "other";
  readonly pattern: RegExp;
}
