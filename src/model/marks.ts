/**
 * The moments of one cold start that containerd reports, in order: the root file system is prepared, containerd's record of the
 * sandbox is stored, the network is set up (containerd 2 does this first), the shim is ready, the task is created (the OCI
 * runtime has created the process), the task is started. The container follows in the same order; it needs no shim of its own.
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
