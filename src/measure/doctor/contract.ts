import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { counted } from "../../model/counted.js";
import { removeParents } from "../campaign/clear-after.js";
import { campaignParent, cgroupDrivers } from "../campaign/service/cgroup-parent.js";
import type { CriClient, SandboxConfig } from "../cri/grpc/client.js";
import { CriError } from "../cri/grpc/errors.js";
import { messageOf } from "../message-of.js";
import { type CheckResult, fine, lacking } from "./check-result.js";

/** Time limit of one call, in milliseconds. */
const callMs = 60_000;

/** Milliseconds that an idle sandbox must stay ready. */
const idleMs = 2_000;

/** The label of the sandboxes that this check makes. */
const label = "rund-lab.contract";

/**
 * Checks that a service implements CRI v1 as campaigns need it. Starts sandboxes of one handler, with labels and a parent control
 * group of their own, and always removes them and the group.
 *
 * @param handler a handler that the service has; "" for its default
 * @returns one result per rule, in a fixed order; if the first start fails, the rules after it are left out
 */
export async function checkContract(cri: CriClient, handler: string): Promise<readonly CheckResult[]> {
  const mark = randomBytes(6).toString("hex");
  const results: CheckResult[] = [];
  let made = 0;
  const sandbox = (labels: Readonly<Record<string, string>>): SandboxConfig => {
    const name = `contract-${mark}-${++made}`;
    return { name, uid: name, namespace: "rund-lab-contract", handler, labels, network: "NODE", ...parent };
  };
  const options = { timeoutMs: callMs };
  const group = `contract-${mark}`;
  const parent = await parentIn(cri, handler, group);
  const rule = async (check: string, next: string, holds: () => Promise<string | true>): Promise<boolean> => {
    const found = await holds().catch(messageOf);
    results.push(found === true ? fine(check, "holds") : lacking(check, found, next));
    return found === true;
  };
  const ours = () => cri.listPodSandbox({ [label]: mark }, options);
  const own = { [label]: mark, "rund-lab.part": "one" };

  await rule("speaks CRI v1", "campaigns need runtime.v1", async () => {
    const { runtimeApiVersion, runtimeName } = await cri.version(options);
    return (runtimeApiVersion === "v1" && runtimeName !== "") || `it reports ${runtimeName} ${runtimeApiVersion}`;
  });
  await rule("reports that it is ready", "see the service's log for what it waits for", async () => {
    const { conditions } = await cri.status(options);
    const ready = conditions.find(({ type }) => type === "RuntimeReady");
    return ready?.status === true || `RuntimeReady: ${ready?.message ?? "not reported"}`;
  });
  try {
    const first = sandbox(own);
    let id = "";
    const started = await rule("starts a sandbox and returns its id", "see the service's log", async () => {
      id = await cri.runPodSandbox(first, options);
      return id !== "" || "an empty id";
    });
    if (!started) return results;
    await rule("reports a started sandbox as ready", "latencies end at READY", async () => {
      const { state, labels, createdAtNs } = await cri.podSandboxStatus(id, options);
      if (state !== "SANDBOX_READY") return state;
      if (labels[label] !== mark) return "the labels of the request are missing";
      const ageMs = Date.now() - Number(createdAtNs / 1_000_000n);
      return Math.abs(ageMs) < callMs || `created ${ageMs} ms ago by its clock`;
    });
    await rule(
      "filters by all labels, with whole values",
      "rund-lab checks each answer itself, so this only costs time",
      async () => {
        await cri.runPodSandbox(sandbox({ [label]: mark, "rund-lab.part": "one-more" }), options);
        const found = await cri.listPodSandbox(own, options);
        const ids = found.map(each => each.id).join(", ");
        if (ids !== id) return `a query for the first sandbox lists ${ids || "none"}`;
        const { name, uid, namespace } = found[0]!;
        return (
          (name === first.name && uid === first.uid && namespace === first.namespace) ||
          `listed as ${namespace}/${name}`
        );
      },
    );
    await rule("keeps an idle sandbox ready", "sandboxes exit by themselves: see the runtime's own log", async () => {
      await delay(idleMs);
      const { state } = await cri.podSandboxStatus(id, options);
      return state === "SANDBOX_READY" || `${state} after ${idleMs} ms without a request`;
    });
    await rule("refuses a name that is taken", "retries of a start could make two sandboxes", async () => {
      const second = await cri.runPodSandbox({ ...first }, options).catch((error: unknown) => error);
      if (typeof second === "string") return second === id || `it starts a second one, ${second}`;
      return second instanceof CriError && ["name-taken", "other"].includes(second.reason) ? true : String(second);
    });
    await rule("refuses an unknown handler", "a misspelt handler would measure another runtime", async () => {
      const refused = await cri
        .runPodSandbox({ ...sandbox(own), handler: `no-such-${mark}` }, options)
        .catch((error: unknown) => error);
      return refused instanceof CriError || "it starts a sandbox";
    });
    await rule("removes a sandbox, and accepts a second removal", "clean-up repeats its calls", async () => {
      for (let time = 0; time < 2; time++) {
        await cri.stopPodSandbox(id, options);
        await cri.removePodSandbox(id, options);
      }
      return !(await ours()).some(each => each.id === id) || "it is still listed";
    });
    await rule("reports a removed sandbox as not found", "a vanished one would look like another failure", async () => {
      const status = await cri.podSandboxStatus(id, options).catch((error: unknown) => error);
      return (status instanceof CriError && status.reason === "not-found") || String(status);
    });
  } finally {
    for (const { id, name, labels } of await ours().catch(() => [])) {
      // a service may ignore the filter of a list
      if (labels[label] !== mark || !name.startsWith(`contract-${mark}-`)) continue;
      await cri.stopPodSandbox(id, options).catch(() => {});
      await cri.removePodSandbox(id, options).catch(() => {});
    }
    await removeParents(group);
  }
  await rule("keeps no sandbox after its removal", "remove the sandboxes by hand: `crictl rmp -f ID`", async () => {
    const left = (await ours()).filter(({ labels }) => labels[label] === mark);
    return left.length === 0 || `${counted(left.length, "sandbox")}: ${left.map(({ id }) => id).join(", ")}`;
  });
  return results;
}

/** Returns the parent of the sandboxes' control groups; nothing if the service does not report who makes them. */
async function parentIn(cri: CriClient, handler: string, group: string): Promise<Pick<SandboxConfig, "cgroupParent">> {
  try {
    const driverOf = await cgroupDrivers(cri, await cri.status({ timeoutMs: callMs }));
    const cgroupParent = campaignParent(driverOf(handler), group);
    return cgroupParent === undefined ? {} : { cgroupParent };
  } catch {
    return {};
  }
}
