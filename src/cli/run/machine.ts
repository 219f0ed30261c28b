import { resolve } from "node:path";
import type { Manifest } from "../../campaign-files/index.js";
import { experimentTable } from "../../measure/experiments/index.js";
import {
  absentService,
  defaultEndpoint,
  knownContainerd,
  openService,
  type Plan,
  type RuntimeDeclaration,
  recordedDeaths,
  requireHandlers,
  socketPath,
  workloadFacts,
} from "../../measure/index.js";
import { LabError } from "../../model/errors.js";
import { type Io, note } from "../terminal/io.js";
import { planFor } from "./plan-for.js";
import { loadReplay, startRehearsal } from "./replay.js";
import type { RunSettings } from "./settings.js";
import type { Target } from "./target.js";

/** The options of `run` that choose a service on this machine. */
export interface MachineOptions {
  readonly driver?: "cri" | "crictl";
  readonly endpoint?: string;
  readonly replaySpeed?: number;
  readonly out: string;
}

/**
 * Returns this machine as the target of a campaign: a CRI service, the replay server of a rehearsal, or the machine alone if the
 * campaign needs no service.
 *
 * @param manifest of the campaign that is resumed
 * @throws LabError of kind `usage` or `input`
 */
export async function machineTarget(
  io: Io,
  { settings, runtimes, detections }: RunSettings,
  options: MachineOptions,
  manifest: Manifest | undefined,
): Promise<Target> {
  const alone = settings.experiments.every(
    ({ experiment, runtimes }) => experimentTable[experiment].subjects?.withoutService(runtimes) === true,
  );
  const endpoint = alone ? "none" : (options.endpoint ?? manifest?.endpoint ?? defaultEndpoint());
  const driver = options.driver ?? (manifest?.driver === "crictl" ? "crictl" : "cri");
  const speed = options.replaySpeed ?? manifest?.replay?.speed ?? 1;
  const replay = endpoint.startsWith("replay:");
  if (!replay && options.replaySpeed !== undefined) {
    throw new LabError("RUND_REPLAY_SPEED", "usage", "only a rehearsal has a speed", {
      where: "--replay-speed",
      hint: "such as --endpoint replay:paper_data --replay-speed 20",
    });
  }
  const recorded = replay ? await loadReplay(endpoint, io.cwd) : undefined;
  const socket = replay ? null : alone ? "" : socketPath(endpoint);
  const plan = await planFor(settings, runtimes, socket, speed);
  const opened: { close(): Promise<void> | void }[] = [];
  return {
    plan,
    detections,
    where: "this machine",
    untried: () => (replay || alone ? [] : untriedBy(plan, endpoint, resolve(io.cwd, options.out))),
    containerd: socket === null ? undefined : knownContainerd(socket),
    async open() {
      const rehearsal = recorded && (await startRehearsal(recorded, speed, runtimes));
      if (rehearsal !== undefined) opened.unshift(rehearsal);
      const service = alone
        ? absentService()
        : await openService(rehearsal?.socket ?? endpoint, driver, line => note(io, line));
      opened.unshift(service.cri);
      requireHandlers(service, runtimes);
      // checked before a folder is created
      for (const each of settings.experiments) await workloadFacts(service, each);
      return { service, endpoint, ...(rehearsal && { memory: rehearsal.memory }) };
    },
    async close() {
      for (const each of opened) await each.close();
    },
  };
}

/**
 * Returns the condition that a plan does not check, because that would start sandboxes: whether idle sandboxes stay alive.
 *
 * @param out the folder of campaigns; an earlier campaign there may have refused a runtime because its sandbox died
 */
function untriedBy({ experiments }: Plan, endpoint: string, out: string): readonly string[] {
  const started = experiments
    .flatMap(({ parts }) => parts.flatMap(({ runtimes }): readonly RuntimeDeclaration[] => runtimes))
    .filter(({ handler }) => handler !== "");
  if (started.length === 0) return [];
  const ids = [...new Set(started.map(({ id }) => id))];
  const handlers = [...new Set(started.map(({ handler }) => handler))].join(",");
  return [
    ...recordedDeaths(out, endpoint, ids).map(
      ({ runtime, campaign }) => `sandboxes of ${runtime} exited by themselves when they were last tried (${campaign})`,
    ),
    "whether idle sandboxes stay alive. `run` tries one sandbox of each runtime before the first round, and refuses a runtime whose sandbox dies.",
    `  \`rund-lab doctor --endpoint ${endpoint} --handler ${handlers} --contract\` tries it now`,
  ];
}
