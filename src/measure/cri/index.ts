/** CRI clients, and a server that replays recordings to them. */
export type * from "./client.js";
export { requestTimes } from "./containerd-log.js";
export { connectCrictl } from "./crictl.js";
export { CriError, type CriReason } from "./errors.js";
export { connectCri } from "./grpc.js";
export { runtimeHandlers } from "./handlers.js";
export { failureHint } from "./known-failures.js";
export { labelNames, type SandboxLabels, type SandboxRole, sandboxLabels } from "./labels.js";
export type { Fault, FaultAction } from "./replay/faults.js";
export { replayInfo } from "./replay/info.js";
export type { PlayedRound } from "./replay/rounds.js";
export { type ReplayedSandbox, type ReplayOptions, type ReplayServer, startReplayServer } from "./replay/server.js";
export { answersFromQuantiles, type RecordedRound, type ReplayCell, type ReplaySource } from "./replay/source.js";
