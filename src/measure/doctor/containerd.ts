import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { awaitService } from "../campaign/service/await-service.js";
import { poolName } from "../changes/thin-pool.js";
import { findHandlers } from "../containerd/handlers.js";
import { socketPath } from "../cri/grpc/grpc.js";
import { CriError, connectCri, runtimeHandlers } from "../cri/index.js";
import { runtimes } from "../runtimes/index.js";
import type { RuntimeDeclaration } from "../runtimes/runtime.js";
import { overlayWorks } from "../system/capabilities.js";
import { findProgram } from "../system/programs.js";
import { type CheckResult, fine, lacking } from "./check-result.js";
import { serviceChecks } from "./service.js";

const install = "environment/setup-debian.sh installs it, or see environment/README.md";

/**
 * Checks containerd's program, the CRI service at an endpoint, its handlers, and everything that would make starts fail. If no
 * service answers, the handlers are those that a private containerd would have.
 *
 * @param sandboxes the largest number of sandboxes at once; 0 without a plan
 */
export async function containerdChecks(
  endpoint: string,
  wanted: readonly RuntimeDeclaration[],
  path: string,
  sandboxes: number,
): Promise<CheckResult[]> {
  const program = findProgram("containerd", path);
  const version = program === undefined ? undefined : await execa(program, ["--version"], { reject: false });
  const here = findHandlers(runtimes, path).map(({ name }) => name);
  const client = connectCri(endpoint);
  try {
    const status = await awaitService(() => client.status({ timeoutMs: 5_000 }), endpoint);
    const serviceVersion = await client.version({ timeoutMs: 5_000 });
    const { runtimeName, runtimeVersion } = serviceVersion;
    const ready = status.conditions.find(({ type }) => type === "RuntimeReady");
    const handlers = runtimeHandlers(status);
    return [
      programCheck(version?.stdout),
      ready?.status === false
        ? lacking("cri", `${endpoint}: not ready, ${ready.message}`, "see the service's log")
        : fine("cri", `${runtimeName} ${runtimeVersion} at ${endpoint}`),
      handlersCheck(handlers, here, wanted),
      ...(await serviceChecks(
        { cri: client, socket: socketPath(endpoint), version: serviceVersion, status },
        wanted.map(({ handler }) => handler).filter(handler => handlers?.includes(handler) !== false),
        sandboxes,
      )),
    ];
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    const found = error.reason === "unavailable" ? `no service answers at ${endpoint}` : error.message;
    return [
      programCheck(version?.stdout),
      lacking("cri", found, "sudo rund-lab env up starts a private one; --endpoint names another"),
      handlersCheck(null, here, wanted),
    ];
  } finally {
    client.close();
  }
}

function programCheck(version: string | undefined): CheckResult {
  if (version === undefined || version === "") return lacking("containerd", "not installed", install);
  return fine("containerd", version.split(" ")[2] ?? version);
}

/** Checks the handlers. @param configured the handlers of the CRI service; null if no service answers */
function handlersCheck(
  configured: readonly string[] | null,
  here: readonly string[],
  wanted: readonly RuntimeDeclaration[],
): CheckResult {
  const found =
    configured === null ? `${here.join(", ") || "none"} (with rund-lab env up)` : configured.join(", ") || "none";
  const missing = wanted.filter(({ handler }) => !(configured ?? here).includes(handler));
  if (missing.length > 0) {
    const names = missing.map(({ id, handler }) => (id === handler ? id : `${id} (handler ${handler})`)).join(", ");
    return lacking(
      "handlers",
      found,
      `to add ${names}: environment/README.md says how to install a runtime and name it in containerd's config`,
    );
  }
  return (configured ?? here).length > 0
    ? fine("handlers", found)
    : lacking(
        "handlers",
        found,
        "no runtime is installed: environment/setup-debian.sh installs some, or see environment/README.md",
      );
}

/** Checks the usable snapshotters, and the thin pool that Firecracker needs. */
export async function snapshotterCheck(path: string): Promise<CheckResult> {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-"));
  try {
    const overlay = process.getuid?.() === 0 && (await overlayWorks(folder));
    const dmsetup = findProgram("dmsetup", path);
    const pool = dmsetup !== undefined && !(await execa(dmsetup, ["info", poolName], { reject: false })).failed;
    const names = [...(overlay ? ["overlayfs"] : []), "native", ...(pool ? ["devmapper"] : [])].join(", ");
    if (!overlay)
      return lacking("snapshotters", names, "overlayfs needs root, and a kernel and file system that support it");
    return fine("snapshotters", pool ? names : `${names} (devmapper, for Firecracker: rund-lab env pool up)`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
