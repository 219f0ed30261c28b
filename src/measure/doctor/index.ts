import { socketPath } from "../cri/grpc/grpc.js";
import { readFingerprint } from "../host/fingerprint.js";
import { readLimits } from "../host/limits.js";
import { listenerOf } from "../host/listener.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { searchPath } from "../system/capabilities.js";
import { findProgram } from "../system/programs.js";
import { containerdFindings, snapshotterFinding } from "./containerd.js";
import { type Finding, fine } from "./finding.js";
import { hostFindings } from "./host.js";
import { type Demand, limitFindings } from "./limits.js";

export { checkContract } from "./contract.js";
export type { Finding } from "./finding.js";
export { type Demand, pidsPerStart } from "./limits.js";
export { serviceObstacles } from "./service.js";

/** What the doctor checks a machine for. */
export interface Patient {
  /** The CRI endpoint that campaigns would use. */
  readonly endpoint: string;
  /** The runtimes that should be measured; if empty, any. */
  readonly runtimes: readonly RuntimeDeclaration[];
  /** What a plan needs at its peak; null without a plan. */
  readonly demand: Demand | null;
  /** The caller's PATH. */
  readonly path: string;
}

/**
 * Returns what this machine can measure, and the next step for what it cannot. Nothing is changed; overlayfs is tested in a
 * temporary folder.
 *
 * @returns one finding per check, always in the same order
 */
export async function examine({ endpoint, runtimes, demand, path }: Patient): Promise<Finding[]> {
  const programs = searchPath(path);
  return [
    ...hostFindings(readFingerprint()),
    ...limitFindings(readLimits(listenerOf(socketPath(endpoint))), demand),
    ...(await containerdFindings(endpoint, runtimes, programs, demand?.sandboxes ?? 0)),
    await snapshotterFinding(programs),
    ...optionalPrograms.map(({ name, purpose }) => fine(name, findProgram(name, programs) ?? `absent; ${purpose}`)),
  ];
}

/** Optional programs. */
const optionalPrograms = [
  { name: "smem", purpose: "not needed: rund-lab reads memory from /proc itself" },
  { name: "crictl", purpose: "needed only for --driver crictl" },
  { name: "jupyter", purpose: "not needed: rund-lab runs notebooks itself" },
] as const;
