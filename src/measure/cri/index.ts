/** CRI clients, and a server that replays recordings to them. */

export { connectCrictl } from "./crictl.js";
export type * from "./grpc/client.js";
export { CriError, type CriReason } from "./grpc/errors.js";
export { connectCri } from "./grpc/grpc.js";
export { failureHint } from "./grpc/known-failures.js";
export { runtimeHandlers } from "./handlers.js";
export { labelNames, type SandboxLabels, type SandboxRole, sandboxLabels } from "./labels.js";
export type { Fault, FaultAction } from "./replay/faults.js";
export { replayInfo } from "./replay/info.js";
export type { PlayedRound } from "./replay/rounds.js";
export { type ReplayedSandbox, type ReplayOptions, type ReplayServer, startReplayServer } from "./replay/server.js";
export { answersFromQuantiles, type RecordedRound, type ReplayCell, type ReplaySource } from "./replay/source.js";
export { requestTimes } from "./stages/containerd-log.js";
