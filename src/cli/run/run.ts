import { resolve } from "node:path";
import { Command, Option } from "commander";
import { experimentTable } from "../../measure/experiments/index.js";
import { settingNames, settingRules } from "../../measure/experiments/setting-rules.js";
import type { CampaignSettings, Decided, Holds, MeasureOptions, Plan } from "../../measure/index.js";
import { LabError } from "../../model/errors.js";
import type { Experiment } from "../../model/experiment.js";
import { shareOf } from "../../model/percent.js";
import { version } from "../../model/version.js";
import { onInterruption } from "../terminal/interruption.js";
import { type Io, note } from "../terminal/io.js";
import {
  type ClusterOptions,
  type ClusterRun,
  clusterPlan,
  clusterTiming,
  noteCluster,
  openClusterRun,
  refuseOutsideCluster,
} from "./cluster.js";
import { detectionText } from "./detect.js";
import { kind, settingOption, speed, words } from "./options.js";
import { printPlan, printShell } from "./plan.js";
import { planFor } from "./plan-for.js";
import { runProgress } from "./progress.js";
import { printOutcome } from "./result.js";
import { kinds, runSettings, type SettingOptions } from "./settings.js";
import { startedBy, untriedBy } from "./untried.js";

interface RunOptions extends SettingOptions, ClusterOptions {
  readonly driver?: "cri" | "crictl";
  readonly endpoint?: string;
  readonly replaySpeed?: number;
  readonly out: string;
  readonly resume?: string;
  readonly plan?: boolean;
  readonly shell?: boolean;
  readonly json?: boolean;
}

export default (io: Io): Command => {
  const measures = Object.values(experimentTable).map(({ id, measures }) => `${measures} (${id})`);
  const command = new Command("run")
    .description(
      `Measures ${measures.slice(0, -1).join(", ")} and ${measures.at(-1)}. Each campaign has its own folder; --resume continues one.`,
    )
    .argument("[experiment]", `${kinds}; omit it with --campaign or --resume`, kind)
    .option("--campaign <file>", "experiments from a YAML file; options override it")
    .option("--runtime <ids>", "runtimes to measure, such as runc,runsc", words);
  for (const name of settingNames) command.addOption(settingOption(name, settingRules[name]));
  return command
    .option("--detect <percent>", "choose the number of rounds that detects a difference of this size, such as 5%")
    .option("--pilot <dirs>", "with --detect: campaigns from which to estimate the scatter of rounds", words)
    .option("--handler <name>", "a runtime handler in containerd's configuration")
    .option("--runtime-file <file>", "a YAML file that declares a runtime")
    .addOption(
      new Option("--driver <driver>", "gRPC calls, or a crictl process for each call").choices(["cri", "crictl"]),
    )
    .option("--endpoint <endpoint>", "the CRI service: unix:///…, or replay:DATASET[/ID] to rehearse without root")
    .option(
      "--cluster [context]",
      "measure pods of a Kubernetes cluster; the kubeconfig's current context if none is named",
    )
    .option("--runtime-class <names>", "with --cluster: RuntimeClasses to measure, such as runc,gvisor", words)
    .option("--nodes <names>", "with --cluster: the nodes to use (default: all that the scheduler may use)", words)
    .addOption(
      new Option(
        "--placement <how>",
        "with --nodes: neighbouring clients on different nodes, or each round on one",
      ).choices(["spread", "packed"]),
    )
    .option("--namespace <name>", "with --cluster: an existing namespace (default: the campaign makes one)")
    .option("--priority-class <name>", "with --cluster: the pods' PriorityClass")
    .option(
      "--make-runtime-classes",
      "with --cluster: make RuntimeClasses that are missing, and delete them afterwards",
    )
    .option("--force", "with --cluster: measure even if the cluster has too little room for the plan")
    .option("--replay-speed <n>", "with replay: divide all delays by this number", speed)
    .option("--out <dir>", "where to make the campaign's folder", "raw")
    .option("--resume <dir>", "continue this campaign")
    .option("--plan", "only print what the campaign would do")
    .option("--shell", "with --plan: print the changes to the machine as a shell script")
    .option("--json", "print one JSON document")
    .action((experiment: Experiment | undefined, options: RunOptions, { parent }: Command) =>
      run(io, experiment, options, (parent as Command & { readonly rawArgs: readonly string[] }).rawArgs),
    );
};

/** @param command the arguments of `rund-lab` */
async function run(
  io: Io,
  experiment: Experiment | undefined,
  options: RunOptions,
  command: readonly string[],
): Promise<void> {
  const measure = await import("../../measure/index.js");
  const resumed = options.resume === undefined ? undefined : resolve(io.cwd, options.resume);
  const manifest = resumed === undefined ? undefined : measure.readManifest(resumed);
  const begun = manifest?.plan.settings as CampaignSettings | undefined;
  const inCluster = await openClusterRun(options, manifest);
  if (inCluster !== undefined) return runInCluster(io, experiment, options, command, resumed, begun, inCluster);
  const { settings, runtimes, detections } = await runSettings(io, experiment, options, begun);
  const alone = settings.experiments.every(
    ({ experiment, runtimes }) => experimentTable[experiment].subjects?.withoutService(runtimes) === true,
  );
  const endpoint = alone ? "none" : (options.endpoint ?? manifest?.endpoint ?? measure.defaultEndpoint());
  const driver = options.driver ?? (manifest?.driver === "crictl" ? "crictl" : "cri");
  const speed = options.replaySpeed ?? manifest?.replay?.speed ?? 1;
  const replay = endpoint.startsWith("replay:");
  if (!replay && options.replaySpeed !== undefined) {
    throw new LabError("RUND_REPLAY_SPEED", "usage", "only a rehearsal has a speed", {
      where: "--replay-speed",
      hint: "such as --endpoint replay:paper_data --replay-speed 20",
    });
  }

  const recorded = replay ? await (await import("./replay.js")).loadReplay(endpoint, io.cwd) : undefined;
  const socket = replay ? null : alone ? "" : measure.socketPath(endpoint);
  const plan = await planFor(settings, runtimes, socket, speed);
  const json = options.json === true;
  if (options.shell === true) {
    return printShell(io, plan, socket === null ? undefined : measure.knownContainerd(socket), json);
  }
  if (options.plan === true) {
    const started = replay || alone ? [] : startedBy(plan);
    const ids = started.map(({ id }) => id);
    const deaths = measure.recordedDeaths(resolve(io.cwd, options.out), endpoint, ids);
    const untried = untriedBy(started, endpoint, deaths);
    return printPlan(io, plan, json, detections, untried);
  }
  refuseMisfit(plan, "this machine");
  for (const line of detectionText(detections)) note(io, line);
  for (const confound of plan.confounds) note(io, `confound: ${confound}`);

  const rehearsal = recorded && (await (await import("./replay.js")).startRehearsal(recorded, speed, runtimes));
  try {
    const service = alone
      ? measure.absentService()
      : await measure.openService(rehearsal?.socket ?? endpoint, driver, line => note(io, line));
    try {
      measure.requireHandlers(service, runtimes);
      // checked before a folder is made
      for (const each of settings.experiments) await measure.workloadFacts(service, each);
      const memory = rehearsal === undefined ? {} : { memory: rehearsal.memory };
      await measureInto(io, { plan, service, endpoint, command, ...memory }, resumed, options, measure);
    } finally {
      service.cri.close();
    }
  } finally {
    await rehearsal?.close();
  }
}

/** Measures a plan, into a new folder or that of the resumed campaign, and prints its results. */
async function measureInto(
  io: Io,
  what: Pick<MeasureOptions, "plan" | "service" | "endpoint" | "command" | "memory">,
  resumed: string | undefined,
  options: Pick<RunOptions, "out" | "json">,
  measure: typeof import("../../measure/index.js"),
): Promise<void> {
  let folder = resumed;
  const micro = what.plan.settings.experiments.some(
    ({ experiment }) => experimentTable[experiment].subjects !== undefined,
  );
  const remains = micro ? "Control groups, mounts, snapshots, copies and sandboxes" : "Sandboxes and changed configs";
  const inCluster = "cluster" in what.service;
  const restore = inCluster ? "" : "; `rund-lab env restore` removes them and restores configs";
  const interruption = onInterruption(io, () =>
    folder === undefined
      ? "Nothing was started yet."
      : `${remains} may be left behind: \`rund-lab run --resume ${folder}\` removes them and continues${restore}.`,
  );
  const progress = runProgress(io, what.plan, interruption.signal);
  try {
    const request = {
      ...what,
      report: progress.report,
      warn: (line: string) => note(io, line),
      signal: interruption.signal,
      toolVersion: version,
      decided: await decision(io),
      holds: await rateJudge(),
    };
    const path =
      resumed === undefined
        ? await measure.measureCampaign(resolve(io.cwd, options.out), request, made => {
            folder = made;
            note(io, `measuring into ${made}`);
          })
        : await measure.resumeCampaign(resumed, request);
    progress.stop();
    const { summariseCells, failureHint } = measure;
    await printOutcome(io, path, what.plan.settings, summariseCells, failureHint, options.json === true);
  } finally {
    progress.stop();
    interruption.stop();
  }
}

/** @throws LabError `RUND_PLAN_FITS` if the plan does not fit */
function refuseMisfit({ fits, why }: Plan, where: string): void {
  if (fits) return;
  throw new LabError("RUND_PLAN_FITS", "machine", `the plan does not fit ${where}: ${why.join("; ")}`, {
    hint: "follow the advice in brackets, or reduce --concurrency or --density; --plan says what is needed",
  });
}

/** Measures in a cluster; see `run`. */
async function runInCluster(
  io: Io,
  experiment: Experiment | undefined,
  options: RunOptions,
  command: readonly string[],
  resumed: string | undefined,
  begun: CampaignSettings | undefined,
  inCluster: ClusterRun,
): Promise<void> {
  const measure = await import("../../measure/index.js");
  const { service, endpoint } = inCluster;
  const { api } = service.cluster;
  try {
    const asked = await runSettings(io, experiment, options, begun, inCluster.runtimes);
    refuseOutsideCluster(asked.settings.experiments);
    const settings = { ...asked.settings, cluster: service.settings };
    const planned = await planFor(settings, asked.runtimes, null, 1, clusterTiming);
    const plan = await clusterPlan(planned, inCluster, options.force === true);
    const json = options.json === true;
    noteCluster(io, plan, inCluster);
    if (options.plan === true) return printPlan(io, plan, json, asked.detections, [], "the cluster");
    refuseMisfit(plan, "the cluster");
    for (const line of detectionText(asked.detections)) note(io, line);
    for (const confound of plan.confounds) note(io, `confound: ${confound}`);
    await measureInto(io, { plan, service, endpoint, command }, resumed, options, measure);
  } finally {
    api.close();
  }
}

/** Returns the function that ends an experiment with --until-decided: it uses the statistics of `compare`, after each block. */
async function decision(io: Io): Promise<Decided> {
  const { allDecided } = await import("../../analysis/compare/index.js");
  return ({ untilDecided = "", runtimes, density, concurrency, blocks, rounds }, measured) => {
    const tolerance = shareOf(untilDecided, "--until-decided");
    const plan = { runtimes, cells: density.length * concurrency.length, blocks: Math.min(blocks, rounds), tolerance };
    const decided = allDecided(measured, plan);
    const last = Math.max(0, ...measured.map(({ block }) => block));
    if (decided) note(io, `decided at ${untilDecided} after ${last} of at most ${plan.blocks} blocks`);
    return decided;
  };
}

/** Returns the function that judges the rates of --rate search: it uses the statistics of `rateResults`. */
async function rateJudge(): Promise<Holds> {
  const { arrivalWindows } = await import("../../analysis/datasets/arrival-windows.js");
  const { rateResults, readObjective } = await import("../../analysis/rates/index.js");
  return ({ slo = "" }, windows) => rateResults(arrivalWindows(windows), readObjective(slo))[0]?.held ?? "undecided";
}
