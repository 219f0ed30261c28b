export type { Handler } from "../containerd/containerd-record.js";
export {
  defaultEndpoint,
  defaultFolder,
  findContainerd,
  type PrivateContainerd,
  restartContainerd,
  stopContainerd,
} from "../containerd/private-containerd.js";
export { type StartOptions, startContainerd } from "../containerd/start-containerd.js";
export { type Machine, thisMachine } from "./apply-steps.js";
export {
  changedFiles,
  type PreparedMachine,
  prepareMachine,
  refuseChanges,
  restoreMachine,
} from "./machine-changes.js";
export { makePool, poolScript, poolStatus, removePool } from "./pool.js";
export { type ContainerdInUse, guestMemorySteps, prepareSteps, stepsFor } from "./prepare-steps.js";
export { type ScriptSection, shellScript, undoSteps } from "./shell-script.js";
export type { ContainerdService, Step } from "./steps.js";
