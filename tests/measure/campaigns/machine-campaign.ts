import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@decimalturn/toml-patch";
import { machinePreparation } from "../../../src/measure/campaign/preparation.js";
import type { CampaignTools } from "../../../src/measure/campaign/tools.js";
import { type CriClient, connectCri, labelNames, type ReplaySource } from "../../../src/measure/cri/index.js";
import type { MemoryTools } from "../../../src/measure/experiments/visit.js";
import { readCpu } from "../../../src/measure/host/cpu.js";
import { runtimes } from "../../../src/measure/index.js";
import { makePlan } from "../../../src/measure/plan/plan.js";
import { experimentSettings } from "../../../src/measure/plan/settings.js";
import { fasterClock } from "../../../src/measure/round/clock.js";
import { criDriver } from "../../../src/measure/workload/cri-driver.js";
import { campaignIn, fakeTools, type Outcome } from "../campaign/campaigns.js";
import { FakeCri } from "../campaign/fake-cri.js";
import { VirtualClock } from "../campaign/virtual-clock.js";
import type { StandIn } from "../changes/stand-ins.js";

/** Any cell of these runtimes: sandboxes ready after 5 ms. */
export const instantSource: ReplaySource = {
  name: "instant",
  handlers: ["kata", "kata-fc", "kata-template", "rund"],
  rounds: ({ concurrency }) => [{ round: 1, answersMs: Array.from({ length: concurrency }, () => 5) }],
};

/** The config file and hypervisor of each of the paper's runtimes. */
export const ownConfig: Readonly<Record<string, { readonly file: string; readonly hypervisor: string }>> = {
  kata: { file: "etc/kata-containers/configuration-qemu.toml", hypervisor: "qemu" },
  "kata-fc": { file: "etc/kata-containers/configuration-fc.toml", hypervisor: "firecracker" },
  "kata-template": { file: "etc/kata-containers/configuration-template.toml", hypervisor: "qemu" },
  rund: { file: "etc/kata-containers2/configuration.toml", hypervisor: "dragonball" },
};

/** The three experiments for one runtime, each as small as can be, in the original's order. */
export function smallPlan(id: string) {
  const small = { runtimes: [id], order: "grid" } as const;
  const experiments = [
    experimentSettings({ ...small, experiment: "time", concurrency: [2], rounds: 1 }),
    experimentSettings({ ...small, experiment: "memory", memory: [128, 256], density: [2] }),
    experimentSettings({ ...small, experiment: "density", density: [2], concurrency: [1], rounds: 1 }),
  ];
  return makePlan({ name: "small", experiments, custom: [] }, { runtimes, limits: null });
}

export interface MachineCampaignOptions {
  /** Called as each step begins, as each sandbox is asked for, and as each step is taken back. */
  readonly at?: (what: string) => void;
  readonly signal?: AbortSignal;
  readonly resume?: boolean;
}

/**
 * Runs the small campaign of one runtime in a folder, on a stand-in of a machine whose containerd answers at a socket. Among
 * the calls of the machine's programs every sandbox is noted, with what the configs say as it is asked for.
 */
export async function machineCampaign(
  folder: string,
  id: string,
  machine: StandIn,
  socket: string,
  { at = () => {}, signal, resume = false }: MachineCampaignOptions = {},
): Promise<Outcome> {
  const client = connectCri(`unix://${socket}`);
  const note = (handler: string, role: string) => {
    appendFileSync(join(machine.root, "calls"), `${handler} ${role}: ${circumstances(machine, handler)}\n`);
    at(`${handler} ${role}`);
  };
  const cri: CriClient = new Proxy(client, {
    get(target, name: keyof CriClient) {
      if (name !== "runPodSandbox") {
        const value = target[name];
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (...[sandbox, options]: Parameters<CriClient["runPodSandbox"]>) => {
        note(sandbox.handler, sandbox.labels[labelNames.role] ?? "?");
        return target.runPodSandbox(sandbox, options);
      };
    },
  });
  const preparation = machinePreparation({
    containerd: {
      service: { unit: "containerd", socket },
      configPath: "/etc/containerd/config.toml",
      configText: machine.text("etc/containerd/config.toml"),
    },
    snapshotter: null,
    facts: async () => ({}),
    machine: { ...machine, log: at, startAndRemove: async handler => note(handler, "probe") },
  });
  const nothing = fakeTools(new FakeCri(new VirtualClock(), () => ({ ms: 0 })));
  const clock = fasterClock(100);
  const tools: CampaignTools = {
    ...nothing,
    preparation,
    clock,
    memory: oneProcessEach(nothing.memory),
    driver: criDriver({ cri, clock, logFolder: join(folder, "container-logs") }),
    host: { ...nothing.host, cpu: readCpu },
  };
  try {
    return await campaignIn(folder, smallPlan(id), tools, signal, resume);
  } finally {
    client.close();
  }
}

type Config = Record<string, Record<string, unknown>> & {
  readonly hypervisor: Record<string, Record<string, unknown>>;
};

/** What a sandbox of a handler would find now: guest memory, snapshotter, and RunD's way to boot. */
function circumstances(machine: StandIn, handler: string): string {
  const { file, hypervisor } = ownConfig[handler]!;
  const { default_memory, boot_type } = (parse(machine.text(file)) as Config).hypervisor[hypervisor]!;
  const { plugins } = parse(machine.text("etc/containerd/config.toml")) as {
    plugins: { cri: { containerd: { snapshotter: string } } };
  };
  const boot = boot_type === undefined ? "" : ` ${boot_type}`;
  return `${default_memory} MB ${plugins.cri.containerd.snapshotter}${boot}`;
}

/** Memory of a process for each sandbox. */
const oneProcessEach = (nothing: MemoryTools): MemoryTools => ({
  ...nothing,
  snapshot(_, ids) {
    const sizes = { ussKiB: 1000, pssKiB: 2000, rssKiB: 3000, vssKiB: 4000 };
    const n = ids.length;
    const sums = { ussKiB: n * 1000, pssKiB: n * 2000, rssKiB: n * 3000, vssKiB: n * 4000 };
    return {
      processes: ids.map(() => ({ name: "shim", ...sizes })),
      components: [{ component: "shim", processes: n, ...sums, swapPssKiB: 0, hugetlbKiB: 0 }],
      found: { bySandbox: n, byPattern: n, onlyBySandbox: 0, onlyByPattern: 0, vanished: 0, without: 0 },
    };
  },
});
