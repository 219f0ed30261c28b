import { resolve } from "node:path";
import { Command, Option } from "commander";
import { allDecided } from "../../analysis/compare/index.js";
import { arrivalWindows } from "../../analysis/datasets/arrival-windows.js";
import { rateResults, readObjective } from "../../analysis/rates/index.js";
import { experimentTable } from "../../measure/experiments/index.js";
import { settingNames, settingRules } from "../../measure/experiments/setting-rules.js";
import {
  type CampaignSettings,
  type Decided,
  type Holds,
  type MeasureOptions,
  measureCampaign,
  readManifest,
  resumeCampaign,
} from "../../measure/index.js";
import { LabError } from "../../model/errors.js";
import type { Experiment } from "../../model/experiment.js";
import { shareOf } from "../../model/percent.js";
import { textTable } from "../../model/text-table.js";
import { version } from "../../model/version.js";
import { onInterruption } from "../terminal/interruption.js";
import { type Io, note } from "../terminal/io.js";
import { words } from "../terminal/option-value.js";
import { type ClusterOptions, clusterTarget, openClusterRun } from "./cluster.js";
import { detectionText } from "./detect.js";
import { type MachineOptions, machineTarget } from "./machine.js";
import { kind, settingOption, speed } from "./options.js";
import { printPlan } from "./plan.js";
import { runProgress } from "./progress.js";
import { printOutcome } from "./result.js";
import { kinds, runSettings, type SettingOptions } from "./settings.js";
import { printShell } from "./shell.js";

interface RunOptions extends SettingOptions, ClusterOptions, MachineOptions {
  readonly resume?: string;
  readonly plan?: boolean;
  readonly shell?: boolean;
  readonly json?: boolean;
}

export default (io: Io): Command => {
  const experiments = Object.values(experimentTable).map(({ id, measures }) => [`  ${id}`, measures]);
  const command = new Command("run")
    .description(
      `Runs a campaign of one or more experiments:\n\n${textTable(experiments).join("\n")}\n\nIn a round, all clients start one sandbox each at the same moment. A cell is one runtime with one concurrency, density and guest memory. Each campaign has its own folder; --resume continues one.`,
    )
    .argument("[experiment]", `${kinds}; omit it with --campaign or --resume`, kind)
    .option("--campaign <file>", "experiments from a YAML file; options override it")
    .option("--runtime <ids>", "runtimes to measure, such as runc,runsc", words);
  for (const name of settingNames) command.addOption(settingOption(name, settingRules[name]));
  return command
    .option("--detect <percent>", "choose enough rounds to detect a difference of this size, such as 5%")
    .option("--pilot <dirs>", "with --detect: campaigns from which to estimate the scatter of rounds", words)
    .option("--handler <name>", "measure this runtime handler of containerd's configuration")
    .option("--runtime-file <file>", "a YAML file that declares a runtime")
    .addOption(
      new Option(
        "--driver <driver>",
        "call the service by gRPC (cri), or with one crictl process per call (crictl)",
      ).choices(["cri", "crictl"]),
    )
    .option(
      "--endpoint <endpoint>",
      "the CRI service: unix:///…, or replay:DATASET[/ID], which replays recorded times and needs no root",
    )
    .option(
      "--cluster [context]",
      "measure pods of a Kubernetes cluster; the kubeconfig's current context if none is named",
    )
    .option("--runtime-class <names>", "with --cluster: RuntimeClasses to measure, such as runc,gvisor", words)
    .option("--nodes <names>", "with --cluster: the nodes to use (default: all schedulable nodes)", words)
    .addOption(
      new Option(
        "--placement <how>",
        "with --nodes: spread puts neighbouring clients on different nodes, packed puts each round on one",
      ).choices(["spread", "packed"]),
    )
    .option("--namespace <name>", "with --cluster: an existing namespace (default: the campaign creates one)")
    .option("--priority-class <name>", "with --cluster: the pods' PriorityClass")
    .option("--make-runtime-classes", "with --cluster: create missing RuntimeClasses, and delete them afterwards")
    .option("--force", "with --cluster: measure even if the cluster has too little room for the plan")
    .option("--replay-speed <n>", "with --endpoint replay:…: divide all delays by this number", speed)
    .option("--out <dir>", "where to create the campaign's folder", "raw")
    .option("--resume <dir>", "continue this campaign")
    .option("--plan", "only print what the campaign would do")
    .option("--shell", "with --plan: print the changes to the machine as a shell script")
    .option("--json", "print one JSON document")
    .action((experiment: Experiment | undefined, options: RunOptions, { parent }: Command) =>
      run(io, experiment, options, (parent as Command & { readonly rawArgs: readonly string[] }).rawArgs),
    );
};

/** Prints the plan of a campaign, or measures it. @param command the arguments of `rund-lab`, for the manifest */
async function run(
  io: Io,
  experiment: Experiment | undefined,
  options: RunOptions,
  command: readonly string[],
): Promise<void> {
  const resumed = options.resume === undefined ? undefined : resolve(io.cwd, options.resume);
  const manifest = resumed === undefined ? undefined : readManifest(resumed);
  const begun = manifest?.plan.settings as CampaignSettings | undefined;
  const cluster = await openClusterRun(options, manifest);
  try {
    const asked = await runSettings(io, experiment, options, begun, cluster?.runtimes);
    const target =
      cluster === undefined
        ? await machineTarget(io, asked, options, manifest)
        : await clusterTarget(io, asked, options, cluster);
    const { plan, where, detections } = target;
    const json = options.json === true;
    if (options.shell === true) return printShell(io, target, json);
    if (options.plan === true) return printPlan(io, target, json);
    if (!plan.fits) {
      throw new LabError("RUND_PLAN_FITS", "machine", `the plan does not fit ${where}: ${plan.why.join("; ")}`, {
        hint: "follow the advice in brackets, or reduce --concurrency or --density; --plan says what is needed",
      });
    }
    for (const line of detectionText(detections)) note(io, line);
    for (const confound of plan.confounds) note(io, `confound: ${confound}`);
    try {
      await measureInto(io, { plan, command, ...(await target.open()) }, resumed, options);
    } finally {
      await target.close();
    }
  } finally {
    cluster?.service.cluster.api.close();
  }
}

/** Measures a plan, into a new folder or that of the resumed campaign, and prints its results. */
async function measureInto(
  io: Io,
  what: Pick<MeasureOptions, "plan" | "service" | "endpoint" | "command" | "memory">,
  resumed: string | undefined,
  options: Pick<RunOptions, "out" | "json">,
): Promise<void> {
  let folder = resumed;
  const interruption = onInterruption(io, () => leftBehind(what, folder));
  const progress = runProgress(io, what.plan, interruption.signal);
  try {
    const request: MeasureOptions = {
      ...what,
      report: progress.report,
      warn: line => note(io, line),
      signal: interruption.signal,
      toolVersion: version,
      decided: decision(io),
      holds: rateHolds,
    };
    const path =
      resumed === undefined
        ? await measureCampaign(resolve(io.cwd, options.out), request, made => {
            folder = made;
            note(io, `measuring into ${made}`);
          })
        : await resumeCampaign(resumed, request);
    progress.stop();
    printOutcome(io, path, what.plan.settings, options.json === true);
  } finally {
    progress.stop();
    interruption.stop();
  }
}

/** Returns a sentence about the remains of a campaign that quits immediately, and the commands that remove them. */
function leftBehind({ plan, service }: Pick<MeasureOptions, "plan" | "service">, folder: string | undefined): string {
  if (folder === undefined) return "Nothing was started yet.";
  const micro = plan.settings.experiments.some(({ experiment }) => experimentTable[experiment].subjects !== undefined);
  const remains = micro ? "Control groups, mounts, snapshots, copies and sandboxes" : "Sandboxes and changed configs";
  const restore = "cluster" in service ? "" : "; `rund-lab env restore` removes them and restores configs";
  return `${remains} may be left behind: \`rund-lab run --resume ${folder}\` removes them and continues${restore}.`;
}

/** Returns the function that ends an experiment with --until-decided: it uses the statistics of `compare`, after each block. */
const decision =
  (io: Io): Decided =>
  ({ untilDecided = "", runtimes, density, concurrency, blocks, rounds }, measured) => {
    const tolerance = shareOf(untilDecided, "--until-decided");
    const plan = { runtimes, cells: density.length * concurrency.length, blocks: Math.min(blocks, rounds), tolerance };
    const decided = allDecided(measured, plan);
    const last = Math.max(0, ...measured.map(({ block }) => block));
    if (decided) note(io, `decided at ${untilDecided} after ${last} of at most ${plan.blocks} blocks`);
    return decided;
  };

/** Judges the rates of --rate search with the statistics of `rateResults`. */
const rateHolds: Holds = ({ slo = "" }, windows) =>
  rateResults(arrivalWindows(windows), readObjective(slo))[0]?.held ?? "undecided";
