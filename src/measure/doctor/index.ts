import { socketPath } from "../cri/grpc/grpc.js";
import { readFingerprint } from "../host/fingerprint.js";
import { readLimits } from "../host/limits.js";
import { listenerOf } from "../host/listener.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { findProgram, searchPath } from "../system/programs.js";
import { type CheckResult, fine } from "./check-result.js";
import { containerdChecks, snapshotterCheck } from "./containerd.js";
import { hostChecks } from "./host.js";
import { limitChecks, type PeakNeeds } from "./limits.js";

export type { CheckResult } from "./check-result.js";
export { checkContract } from "./contract.js";
export type { PeakNeeds } from "./limits.js";
export { serviceObstacles } from "./service.js";

/** The planned use for which the doctor checks a machine. */
interface IntendedUse {
  /** The CRI endpoint that campaigns would use. */
  readonly endpoint: string;
  /** The runtimes that should be measured; if empty, any. */
  readonly runtimes: readonly RuntimeDeclaration[];
  /** The peak needs of a plan; null without a plan. */
  readonly needs: PeakNeeds | null;
  /** The caller's PATH. */
  readonly path: string;
}

/**
 * Checks whether this machine can measure, and gives the next step for each check that fails. Nothing is changed; overlayfs is
 * tested in a temporary folder.
 *
 * @returns one result per check, always in the same order
 */
export async function examine({ endpoint, runtimes, needs, path }: IntendedUse): Promise<CheckResult[]> {
  const programs = searchPath(path);
  return [
    ...hostChecks(readFingerprint()),
    ...limitChecks(readLimits(listenerOf(socketPath(endpoint))), needs),
    ...(await containerdChecks(endpoint, runtimes, programs, needs?.sandboxes ?? 0)),
    await snapshotterCheck(programs),
    ...optionalPrograms.map(({ name, purpose }) => fine(name, findProgram(name, programs) ?? `absent; ${purpose}`)),
  ];
}

/** Programs that are reported, but not required. */
const optionalPrograms = [
  { name: "smem", purpose: "not needed: rund-lab reads memory from /proc itself" },
  { name: "crictl", purpose: "needed only for --driver crictl" },
  { name: "jupyter", purpose: "not needed: rund-lab runs notebooks itself" },
] as const;
