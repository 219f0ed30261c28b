import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { LabError } from "../../model/errors.js";
import { connectCri } from "../cri/grpc.js";
import { unmountBelow } from "../system/mounts.js";
import { endProcess, findProcesses, identify, isAlive } from "../system/process-identity.js";
import { inParallel } from "../system/workers.js";
import { controlGroupsOf, follows, sandboxIds, shimSocketsOf } from "./census.js";
import { removeCniResults, restoreIpForward } from "./pod-network.js";
import { containerdPaths, readRecord } from "./record.js";

/** Sandboxes, shims and bundles seen to at a time. */
const workers = 8;

/** A call of the clean-up may take this long before the rough way is taken. */
const callMs = 15_000;

/**
 * Removes all that a private containerd made: its sandboxes through its CRI as long as it answers, then the process, then,
 * of shims whose containerd is gone, shim and container by the shim's own `delete`, then sockets, mounts and the folder. What belongs
 * to it is known by exact words of command lines (its config, its socket) and by its folder.
 *
 * @throws LabError `RUND_ENV_REMAINS` if a process, a mount or a control group cannot be removed; the folder then stays
 */
export async function clearContainerd(folder: string): Promise<void> {
  const paths = containerdPaths(folder);
  const { process, ipForward } = readRecord(folder) ?? {};
  if (process && isAlive(process)) await removeSandboxes(paths.socket);
  const ids = await sandboxIds(folder);
  // by its command line as well: a crash may have come between its start and the record
  const daemons = findProcesses(words => follows(words, "--config", paths.config));
  for (const daemon of daemons) await endProcess(daemon, 10_000);
  const shims = findProcesses(words => follows(words, "-address", paths.socket));
  await inParallel(shims, workers, shim => endProcess(shim, 0));
  await inParallel(bundles(paths.bundles), workers, bundle => deleteBundle(bundle, paths.socket));
  for (const socket of shimSocketsOf(folder, ids)) rmSync(socket, { force: true });
  for (const group of controlGroupsOf(ids)) await removeGroup(group);
  removeCniResults(folder);
  if (ipForward !== undefined) restoreIpForward(ipForward);

  const stubborn = [...daemons, ...shims].filter(isAlive).map(({ pid }) => `pid ${pid}`);
  const remains = [...stubborn, ...(await unmountBelow(folder)), ...controlGroupsOf(ids)];
  if (remains.length > 0) {
    throw new LabError("RUND_ENV_REMAINS", "machine", `could not be cleared: ${remains.join(", ")}`, {
      where: folder,
      hint: "see what holds them (`cat /proc/PID/stack`, `fuser -m`), then run `rund-lab env down` again",
    });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Milliseconds that the processes of a control group may take to end after SIGKILL. */
const groupMs = 2_000;

/** Removes a control group of a sandbox with those below it; the processes still in it are the sandbox's, and are killed. */
async function removeGroup(group: string): Promise<void> {
  const below = readdirSync(group, { withFileTypes: true }).filter(entry => entry.isDirectory());
  for (const { name } of below) await removeGroup(join(group, name));
  const pids = (readIfThere(join(group, "cgroup.procs")) ?? "").split("\n").filter(Boolean).map(Number);
  await inParallel(
    pids.flatMap(pid => identify(pid) ?? []),
    workers,
    each => endProcess(each, 0),
  );
  const deadline = performance.now() + groupMs;
  for (;;) {
    try {
      return rmdirSync(group);
    } catch (error) {
      // a process that has been killed leaves its group a moment later
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || performance.now() > deadline) return;
      await delay(10);
    }
  }
}

/** Asks containerd to remove its sandboxes; gives up without a word, for the rough way follows. */
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

interface Bundle {
  readonly namespace: string;
  readonly id: string;
  readonly folder: string;
}

function bundles(tasks: string): Bundle[] {
  const folders = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  return folders(tasks).flatMap(namespace =>
    folders(join(tasks, namespace)).map(id => ({ namespace, id, folder: join(tasks, namespace, id) })),
  );
}

/**
 * What containerd itself does about a shim that has died: the shim's program takes down container, control group and mount.
 * Then its socket goes, which lies outside our folder.
 */
async function deleteBundle({ namespace, id, folder }: Bundle, socket: string): Promise<void> {
  const program = readIfThere(join(folder, "shim-binary-path"));
  if (program !== undefined) {
    const whose = ["-namespace", namespace, "-address", socket, "-publish-binary", "/bin/true", "-id", id];
    await execa(program, [...whose, "-bundle", folder, "delete"], { cwd: folder, reject: false, timeout: callMs });
  }
  const address = readIfThere(join(folder, "address"))?.replace(/^unix:\/\//, "");
  if (address?.startsWith("/run/containerd/s/")) rmSync(address, { force: true });
}

const readIfThere = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
