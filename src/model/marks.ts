/**
 * What containerd's events tell of one cold start, in the order in which it happens: the root file system is prepared, the
 * record is stored, the network is set up, the task is created (the shim is up, the OCI runtime has created the process),
 * the task is started; first for the sandbox, then for its container.
 */
export const markNames = [
  "sandboxSnapshot",
  "sandboxRecord",
  "networkBegin",
  "networkEnd",
  "sandboxTask",
  "sandboxStart",
  "containerSnapshot",
  "containerRecord",
  "containerTask",
  "containerStart",
] as const;

/** A moment of a cold start that the container runtime reports. */
export type MarkName = (typeof markNames)[number];
