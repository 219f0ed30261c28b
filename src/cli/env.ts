import { resolve } from "node:path";
import { Command, Option } from "commander";
import {
  changedFiles,
  defaultFolder,
  findContainerd,
  makePool,
  type PrivateContainerd,
  poolScript,
  poolStatus,
  removePool,
  restoreMachine,
  startContainerd,
  stopContainerd,
  thisMachine,
} from "../measure/changes/index.js";
import { type CensusEntry, census } from "../measure/containerd/census/index.js";
import { type ClearedCampaign, clearKilled } from "../measure/index.js";
import { counted } from "../model/counted.js";
import { type Io, note, printResult } from "./terminal/io.js";

interface Options {
  readonly folder: string;
  readonly logLevel: "info" | "debug";
  readonly otel?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `rund-lab env`: the private containerd, the thin pool, and restoring configs. */
export default (io: Io): Command => {
  const env = new Command("env").description(
    "Starts and stops a private containerd, creates a device-mapper thin pool, and restores the configs that a campaign changed.",
  );
  const add = (parent: Command, name: string, description: string) =>
    parent.command(name).description(description).option("--json", "print one JSON document");
  const inCwd = (folder: string) => resolve(io.cwd, folder);
  const inFolder = (name: string, description: string) =>
    add(env, name, description).option("--folder <dir>", "the folder for its files", inCwd, defaultFolder);

  inFolder("up", "start a private containerd, without touching the machine's own")
    .addOption(
      new Option("--log-level <level>", "info, or debug to log every step").choices(["info", "debug"]).default("info"),
    )
    .option(
      "--otel",
      "containerd 2: send OpenTelemetry spans to campaigns, which then divide cold starts into more stages",
    )
    .action(async ({ folder, logLevel, otel = false, json }: Options) => {
      const there = findContainerd(folder);
      const containerd = there ?? (await startContainerd(folder, { logLevel, otel, path: io.env.PATH ?? "" }));
      if (there !== undefined) note(io, "the private containerd is already up");
      printResult(io, json, state(containerd), describe(containerd));
    });

  inFolder("down", "stop the private containerd and remove its sandboxes, mounts and folder").action(
    async ({ folder, json }: Options) => {
      const ended = await stopContainerd(folder, line => note(io, line));
      const line = ended ? `stopped; ${folder} is removed` : `no private containerd in ${folder}`;
      printResult(io, json, { ended, folder }, [line]);
    },
  );

  inFolder("status", "show whether a private containerd is up, configs are changed, or a thin pool exists").action(
    async ({ folder, json }: Options) => {
      const containerd = findContainerd(folder);
      const remains = await census(folder);
      const machine = thisMachine();
      const files = changedFiles(machine);
      const pool = poolStatus(machine);
      const lines = [
        ...(containerd === undefined ? [`no private containerd in ${folder}`] : describe(containerd)),
        ...remainsLine(remains, containerd !== undefined),
        files.length === 0
          ? "configs: unchanged"
          : `configs changed: ${files.join(", ")} (rund-lab env restore undoes the changes)`,
        `thin pool: ${pool}`,
      ];
      const own = containerd === undefined ? { up: false, folder } : state(containerd);
      printResult(io, json, { ...own, changed: files, pool, remains }, lines);
    },
  );

  add(
    env,
    "restore",
    "remove the sandboxes, control groups, mounts and snapshots of a killed campaign, and undo its config changes",
  ).action(async ({ json }: Options) => {
    const log = (line: string) => note(io, line);
    let restored: boolean;
    let cleared: readonly ClearedCampaign[];
    try {
      // first the sandboxes, because they were started with the configs that are undone afterwards
      cleared = await clearKilled(log);
    } finally {
      restored = await restoreMachine(thisMachine({ log }));
    }
    for (const { campaign, sandboxes } of cleared) {
      log(`removed ${counted(sandboxes, "sandbox")}, the control groups, mounts, snapshots and copies of ${campaign}`);
    }
    const line = restored || cleared.length > 0 ? "everything is restored" : "nothing to restore";
    printResult(io, json, { restored, cleared: cleared.map(({ campaign }) => campaign), sandboxes: cleared }, [line]);
  });

  const pool = env
    .command("pool")
    .description("create or remove the device-mapper thin pool, which Kata with Firecracker needs");
  for (const [verb, description, act] of [
    ["up", "create the thin pool: two sparse files on loop devices", makePool],
    ["down", "remove the thin pool that `pool up` created", removePool],
  ] as const) {
    add(pool, verb, description)
      .option("--yes", "run the commands; without this option, only print them")
      .action(async ({ yes, json }: Options) => {
        const machine = thisMachine({ log: line => note(io, line) });
        if (yes !== true) {
          const script = poolScript(verb, machine);
          printResult(io, json, { done: false, script }, [script.trimEnd()]);
          return note(io, "nothing was changed; add --yes to run these commands");
        }
        const done = await act(machine);
        const pool = poolStatus(machine);
        printResult(io, json, { done, pool }, [done ? `thin pool: ${pool}` : "nothing to do"]);
      });
  }
  return env;
};

/** Returns a line with the number of things of each kind that a private containerd has on the machine; no line if it has none. */
function remainsLine(remains: readonly CensusEntry[], up: boolean): string[] {
  const kinds = [...new Set(remains.map(({ kind }) => kind))];
  const counts = kinds.map(kind => `${remains.filter(each => each.kind === kind).length} × ${kind}`).join(", ");
  if (counts === "") return [];
  return [up ? `on the machine: ${counts}` : `left behind: ${counts} (rund-lab env down removes them)`];
}

const state = (containerd: PrivateContainerd) => {
  const { folder, endpoint, pid, handlers, snapshotter, logPath, configPath, spansPort } = containerd;
  return {
    up: true,
    folder,
    endpoint,
    pid,
    handlers: handlers.map(({ name }) => name),
    snapshotter,
    log: logPath,
    config: configPath,
    spansPort,
  };
};

const describe = ({ endpoint, pid, handlers, snapshotter, logPath, spansPort }: PrivateContainerd): string[] => [
  `endpoint     ${endpoint}`,
  `pid          ${pid}`,
  `handlers     ${handlers.map(({ name }) => name).join(", ")}`,
  `snapshotter  ${snapshotter}`,
  `log          ${logPath}`,
  ...(spansPort === null ? [] : [`spans to     http://127.0.0.1:${spansPort}, where campaigns receive them`]),
];
