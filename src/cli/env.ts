import { resolve } from "node:path";
import { Command } from "commander";
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
import { census, type Remain } from "../measure/containerd/census/index.js";
import { type ClearedCampaign, clearKilled } from "../measure/index.js";
import { LabError } from "../model/errors.js";
import { type Io, note, print, printJson } from "./terminal/io.js";

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
    "Starts and stops a private containerd, creates the thin pool, restores configs.",
  );
  const add = (parent: Command, name: string, description: string) =>
    parent.command(name).description(description).option("--json", "print one JSON document");
  const folder = ["--folder <dir>", "the folder for its files", defaultFolder] as const;

  add(env, "up", "start a private containerd, without touching the machine's own")
    .option(...folder)
    .option("--log-level <level>", "info, or debug to log every step", level, "info")
    .option("--otel", "containerd 2: export OpenTelemetry spans to campaigns, which give more stages")
    .action(async (options: Options) => {
      const there = findContainerd(resolve(io.cwd, options.folder));
      const { logLevel, otel = false } = options;
      const settings = { logLevel, otel, path: io.env.PATH ?? "" };
      const containerd = there ?? (await startContainerd(resolve(io.cwd, options.folder), settings));
      if (there !== undefined) note(io, "it is up already");
      printState(io, options, state(containerd), describe(containerd));
    });

  add(env, "down", "stop the private containerd and remove its sandboxes, mounts and folder")
    .option(...folder)
    .action(async (options: Options) => {
      const where = resolve(io.cwd, options.folder);
      const ended = await stopContainerd(where, line => note(io, line));
      printState(io, options, { ended, folder: where }, [
        ended ? `stopped; ${where} is removed` : `no private containerd in ${where}`,
      ]);
    });

  add(env, "status", "show whether a private containerd is up, configs are changed, or a thin pool exists")
    .option(...folder)
    .action(async (options: Options) => {
      const where = resolve(io.cwd, options.folder);
      const containerd = findContainerd(where);
      const remains = await census(where);
      const machine = thisMachine();
      const files = changedFiles(machine);
      const pool = poolStatus(machine);
      const lines = [
        ...(containerd === undefined ? [`no private containerd in ${where}`] : describe(containerd)),
        ...countRemains(remains, containerd !== undefined),
        files.length === 0 ? "configs: unchanged" : `configs changed: ${files.join(", ")} (rund-lab env restore)`,
        `thin pool: ${pool}`,
      ];
      printState(
        io,
        options,
        { ...(containerd ? state(containerd) : { up: false, folder: where }), changed: files, pool, remains },
        lines,
      );
    });

  add(
    env,
    "restore",
    "undo what a killed campaign left: its sandboxes, control groups, mounts, snapshots, and changed configs",
  ).action(async (options: Options) => {
    const log = (line: string) => note(io, line);
    let restored = false;
    let cleared: readonly ClearedCampaign[];
    try {
      // sandboxes go first: they were started with the configs that are undone afterwards
      cleared = await clearKilled(log);
    } finally {
      restored = await restoreMachine(thisMachine({ log }));
    }
    for (const { campaign, sandboxes } of cleared) {
      log(`removed ${sandboxes} sandboxes, the control groups, mounts, snapshots and copies of ${campaign}`);
    }
    printState(io, options, { restored, cleared: cleared.map(({ campaign }) => campaign), sandboxes: cleared }, [
      restored || cleared.length > 0 ? "everything is restored" : "nothing to restore",
    ]);
  });

  const pool = env
    .command("pool")
    .description("create or remove the device-mapper thin pool, which Kata with Firecracker needs");
  const yes = ["--yes", "do it; without this option, only print the commands"] as const;
  for (const [verb, description, act] of [
    ["up", "create the thin pool: two sparse files on loop devices", makePool],
    ["down", "remove the thin pool that `pool up` created", removePool],
  ] as const) {
    add(pool, verb, description)
      .option(...yes)
      .action(async (options: Options) => {
        const machine = thisMachine({ log: line => note(io, line) });
        const script = poolScript(verb, machine);
        if (options.yes !== true) {
          printState(io, options, { done: false, script }, [script.trimEnd()]);
          note(io, "nothing was done; add --yes to do it");
          return;
        }
        const done = await act(machine);
        printState(io, options, { done, pool: poolStatus(machine) }, [
          done ? `thin pool: ${poolStatus(machine)}` : "nothing to do",
        ]);
      });
  }
  return env;
};

/**
 * Returns one line for each kind of thing that a private containerd has on the machine; if it is not running, also how to remove
 * them.
 */
function countRemains(remains: readonly Remain[], up: boolean): string[] {
  const kinds = [...new Set(remains.map(({ kind }) => kind))];
  const counts = kinds.map(kind => `${remains.filter(each => each.kind === kind).length} × ${kind}`).join(", ");
  if (counts === "") return [];
  return [up ? `on the machine: ${counts}` : `left behind: ${counts} (rund-lab env down removes it)`];
}

function printState(io: Io, { json }: Options, document: unknown, lines: readonly string[]): void {
  if (json === true) printJson(io, document);
  else print(io, `${lines.join("\n")}\n`);
}

const state = (containerd: PrivateContainerd) => {
  const { folder, endpoint, pid, handlers, snapshotter, logPath, configPath, spansPort } = containerd;
  return {
    ...{ up: true, folder, endpoint, pid, handlers: handlers.map(({ name }) => name), snapshotter },
    ...{ log: logPath, config: configPath, spansPort },
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

function level(text: string): string {
  if (text === "info" || text === "debug") return text;
  throw new LabError("RUND_LOG_LEVEL", "usage", "", {
    where: "--log-level",
    expected: "info or debug",
    found: `"${text}"`,
  });
}
