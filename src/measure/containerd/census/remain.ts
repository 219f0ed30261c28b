/** One thing that a private containerd has on the machine. */
export interface Remain {
  /**
   * `containerd` is its own process, `process` a shim or what runs in a sandbox, `file` a file or folder of one sandbox below
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
  /** Its path or name; of a process its pid and command line. */
  readonly what: string;
  /** The sandbox or container that it belongs to; left out where it belongs to none, or where that is unknown. */
  readonly id?: string;
  /** The process itself, or one in whose mount namespace the mount is. */
  readonly pid?: number;
}

/** Whether something belongs to a sandbox, and so must be gone once the last sandbox is removed. */
export const isOfSandbox = ({ kind }: Remain): boolean => kind !== "containerd" && kind !== "folder";

/** Adds the sandbox's id to a description, where it is known. */
export const withId = (id: string | undefined): { readonly id?: string } => (id === undefined ? {} : { id });
