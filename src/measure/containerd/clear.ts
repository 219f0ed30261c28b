import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { LabError } from "../../model/errors.js";
import { startedSandbox } from "../cri/containerd-log.js";
import { connectCri } from "../cri/grpc.js";
import { unmountBelow } from "../system/mounts.js";
import { endProcess, findProcesses, isAlive } from "../system/process-identity.js";
import { inParallel } from "../system/workers.js";
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
 * @throws LabError `RUND_ENV_REMAINS` if a process or a mount would not go; the folder then stays
 */
export async function clearContainerd(folder: string): Promise<void> {
  const paths = containerdPaths(folder);
  const { process, ipForward } = readRecord(folder) ?? {};
  if (process && isAlive(process)) await removeSandboxes(paths.socket);
  // by its command line as well: a crash may have come between its start and the record
  const daemons = findProcesses(words => follows(words, "--config", paths.config));
  for (const daemon of daemons) await endProcess(daemon, 10_000);
  const shims = findProcesses(words => follows(words, "-address", paths.socket));
  await inParallel(shims, workers, shim => endProcess(shim, 0));
  await inParallel(bundles(paths.bundles), workers, bundle => deleteBundle(bundle, paths.socket));
  await removeShimSockets(paths.log, paths.socket);
  removeCniResults(folder);
  if (ipForward !== undefined) restoreIpForward(ipForward);

  const stubborn = [...daemons, ...shims].filter(isAlive).map(({ pid }) => `pid ${pid}`);
  const mounts = await unmountBelow(folder);
  if (stubborn.length + mounts.length > 0) {
    throw new LabError("RUND_ENV_REMAINS", "machine", `could not be cleared: ${[...stubborn, ...mounts].join(", ")}`, {
      where: folder,
      hint: "see what holds them (`cat /proc/PID/stack`, `fuser -m`), then run `rund-lab env down` again",
    });
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Whether one word is followed by exactly that other word. */
const follows = (words: readonly string[], option: string, value: string): boolean =>
  words.some((word, index) => word === option && words[index + 1] === value);

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

/**
 * The sockets of shims that were killed: containerd has taken their bundles away and forgotten them. The name of one is a digest
 * of whose it is; which sandboxes there were, the log tells.
 */
async function removeShimSockets(log: string, socket: string): Promise<void> {
  if (!existsSync(log)) return;
  for await (const line of createInterface({ input: createReadStream(log) })) {
    const id = startedSandbox(line);
    if (id === undefined) continue;
    const name = createHash("sha256").update(`${socket}/k8s.io/${id}`).digest("hex");
    rmSync(`/run/containerd/s/${name}`, { force: true });
  }
}

const readIfThere = (file: string): string | undefined =>
  existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
