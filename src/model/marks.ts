/**
 * What containerd reports of one cold start, in the order in which it happens: the root file system is prepared, the record is
 * stored, the network is set up (in containerd 2 before both), the shim is up, the task is created (the OCI runtime has
 * created the process), the task is started; first for the sandbox, then for its container, which needs no shim of its own.
 */
export const markNames = [
  "sandboxSnapshot",
  "sandboxRecord",
  "networkBegin",
  "networkEnd",
  "sandboxShim",
  "sandboxTask",
  "sandboxStart",
  "containerSnapshot",
  "containerRecord",
  "containerTask",
  "containerStart",
] as const;

/** A moment of a cold start that the container runtime reports. */
export type MarkName = (typeof markNames)[number];
