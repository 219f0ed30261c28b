import { rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { LabError } from "../../model/errors.js";
import { connectCri } from "../cri/grpc/grpc.js";
import { isAlive, isStopped } from "../system/process-identity.js";
import { whenLate } from "../system/when-late.js";
import { inParallel } from "../system/workers.js";
import { campaignGroupPrefix } from "./census/control-groups.js";
import { type CensusEntry, census } from "./census/index.js";
import { daemonsOf, shimsOf } from "./census/processes.js";
import { containerdPaths, readRecord } from "./containerd-record.js";
import { restoreIpForward } from "./pod-network.js";
import { removeParentGroup, removeRemains } from "./remove-remains.js";

/** Number of sandboxes that are removed at a time. */
const workers = 8;

/** Maximum milliseconds of a clean-up call. After this, everything is removed without containerd's help. */
const callMs = 15_000;

/** Number of passes of census and removal; something that a process held can be removed only after the process was killed. */
const passes = 3;

/**
 * Removes everything that a private containerd made: its sandboxes through its CRI as long as it answers, then what the census
 * still lists (processes, mounts, network namespaces, control groups, sockets), and finally the folder.
 *
 * @param warn receives a message if the removal takes long
 * @throws LabError `RUND_ENV_REMAINS` if something cannot be removed; the folder then stays
 */
export async function clearContainerd(folder: string, warn: (message: string) => void = () => {}): Promise<void> {
  const { process, ipForward } = readRecord(folder) ?? {};
  const parents = parentsOf(await census(folder));
  if (process && isAlive(process)) {
    const removal = removeSandboxes(containerdPaths(folder).socket);
    await whenLate(removal, () => warn(`still waiting for containerd to remove its sandboxes${stoppedOf(folder)}`));
  }
  const isLeft = ({ kind }: CensusEntry) => kind !== "folder" && kind !== "snapshot" && kind !== "file";
  let remains = await census(folder);
  for (let pass = 0; pass < passes && (pass === 0 || remains.some(isLeft)); pass++) {
    await removeRemains(folder, remains);
    remains = await census(folder);
  }
  for (const parent of parents) await removeParentGroup(parent);
  if (ipForward !== undefined) restoreIpForward(ipForward);
  const stubborn = remains.filter(isLeft);
  if (stubborn.length > 0) {
    const named = stubborn.map(({ kind, what }) => `${kind} ${what}`).join(", ");
    throw new LabError("RUND_ENV_REMAINS", "machine", `could not be removed: ${named}`, {
      where: folder,
      hint: "see what holds them (`cat /proc/PID/stack`, `fuser -m`), then run `rund-lab env down` again",
    });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Returns the stopped processes of containerd and its shims, for a message; they answer no call. */
function stoppedOf(folder: string): string {
  const stopped = [...daemonsOf(folder), ...shimsOf(folder)].filter(({ pid }) => isStopped(pid));
  return stopped.length === 0 ? "" : ` (stopped processes: ${stopped.map(({ pid }) => pid).join(", ")})`;
}

/** Returns the parents of these control groups that campaigns created. */
const parentsOf = (remains: readonly CensusEntry[]): ReadonlySet<string> =>
  new Set(
    remains
      .flatMap(({ kind, what }) => (kind === "control group" ? [dirname(what)] : []))
      .filter(parent => basename(parent).startsWith(campaignGroupPrefix)),
  );

/** Asks containerd to remove its sandboxes. Errors are ignored, because the census lists what is left. */
async function removeSandboxes(socket: string): Promise<void> {
  const client = connectCri(socket);
  try {
    const sandboxes = await client.listPodSandbox({}, { timeoutMs: callMs });
    await inParallel(sandboxes, workers, async ({ id }) => {
      await client.stopPodSandbox(id, { timeoutMs: callMs });
      await client.removePodSandbox(id, { timeoutMs: callMs });
    });
  } catch {
  } finally {
    client.close();
  }
}
