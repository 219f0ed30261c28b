/** One thing on the machine that belongs to a private containerd, such as a process, a mount or a file. */
export interface CensusEntry {
  /**
   * `containerd` is its own process, `process` a shim or a process in a sandbox, `file` a file or folder of one sandbox below
   * containerd's root and state.
   */
  readonly kind:
    | "containerd"
    | "process"
    | "shim socket"
    | "mount"
    | "network namespace"
    | "interface"
    | "address"
    | "control group"
    | "snapshot"
    | "file"
    | "folder";
  /** Its path or name; for a process, its pid and command line. */
  readonly what: string;
  /** The sandbox or container to which it belongs; undefined if there is none, or if it is unknown. */
  readonly id?: string | undefined;
  /** The process itself, or one in whose mount namespace the mount exists. */
  readonly pid?: number;
}

/** Whether something belongs to a sandbox, so that it must not exist after the last sandbox was removed. */
export const isOfSandbox = ({ kind }: CensusEntry): boolean => kind !== "containerd" && kind !== "folder";
