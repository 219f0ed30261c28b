import { basename } from "node:path";
import { readRecord } from "../containerd/record.js";
import { shellWord } from "../system/shell-word.js";
import { describeChanges, describeStep } from "./describe-step.js";
import type { ContainerdService, Step } from "./steps.js";
import { patchToml } from "./toml.js";
import { unifiedDiff } from "./unified-diff.js";

/** Steps under a heading. */
export interface ScriptSection {
  readonly title: string;
  readonly steps: readonly Step[];
}

/**
 * Steps as a shell script that does what performing them does, to be read by whoever looks after the machine before
 * anything is done. Changes of files are shown as diffs against the files as they are here.
 *
 * @param read a file's text as it is now; undefined where it is not on this machine, and then the script says what to set
 * @param backups the folder for the files as they were
 */
export function shellScript(
  sections: readonly ScriptSection[],
  read: (file: string) => string | undefined,
  backups: string,
): string {
  const texts = new Map<string, string | undefined>();
  const saved = new Map<string, string>();
  const state = { texts, saved, read, backups };
  const body = sections.map(({ title, steps }) => {
    const lines = steps.flatMap(step => [...remark(step), ...shellLines(step, state), ""]);
    return [`## ${title}`, "", ...(lines.length > 0 ? lines : ["# nothing to do", ""])].join("\n");
  });
  return `#!/bin/sh\nset -eu\n\n${body.join("\n")}`;
}

/** What takes steps back, in the order it is done. */
export function undoSteps(steps: readonly Step[]): Step[] {
  const groups = new Map<string, readonly Step[]>();
  for (const { undo = [] } of steps)
    if (undo.length > 0) groups.set(JSON.stringify(undo), groups.get(JSON.stringify(undo)) ?? undo);
  return [...groups.values()].reverse().flat();
}

/** What a step is for, where its lines do not say it themselves. */
const remark = (step: Step): string[] =>
  step.kind === "command" ? [] : [`# ${step.kind === "patch" ? `change ${step.file}` : describeStep(step)}`];

interface State {
  /** Files as they are at this point of the script. */
  readonly texts: Map<string, string | undefined>;
  /** Files that were copied, and where to. */
  readonly saved: Map<string, string>;
  readonly read: (file: string) => string | undefined;
  readonly backups: string;
}

function shellLines(step: Step, state: State): string[] {
  switch (step.kind) {
    case "command": {
      const command = step.argv.map(quoted).join(" ");
      const guard = step.onlyWith === undefined ? "" : `[ -z "$${step.onlyWith}" ] || `;
      const line = step.capture === undefined ? `${guard}${command}` : `${step.capture}=$(${command})`;
      return [step.mayFail === true ? `${line} || true` : line];
    }
    case "absent":
      return [
        `if ${step.argv.map(quoted).join(" ")} >/dev/null 2>&1; then`,
        `  echo ${shellWord(`there already: ${step.what}`)} >&2; exit 1`,
        "fi",
      ];
    case "patch":
      return patchLines(step, state);
    case "put-back": {
      const copy = state.saved.get(step.file);
      return [copy === undefined ? "# it was not changed" : `cp -p ${shellWord(copy)} ${shellWord(step.file)}`];
    }
    case "restart-containerd":
      return restartLines(step.containerd);
    case "empty-folder": {
      const folder = shellWord(step.folder);
      return [`mkdir -p ${folder} && find ${folder} -mindepth 1 -delete`];
    }
    case "sandbox":
      return [
        `CONFIG=$(mktemp)`,
        `echo ${shellWord(JSON.stringify(sandbox))} >"$CONFIG"`,
        `SANDBOX=$(crictl runp --runtime ${shellWord(step.handler)} "$CONFIG")`,
        `crictl stopp "$SANDBOX" && crictl rmp "$SANDBOX" && rm "$CONFIG"`,
      ];
    case "wait":
      return [`sleep ${step.seconds}`];
  }
}

/** A sandbox in the host's network, as crictl takes it. */
const sandbox = {
  metadata: { name: "template", uid: "template", namespace: "rund-lab", attempt: 1 },
  linux: { security_context: { namespace_options: { network: 2 } } },
};

function patchLines(step: Extract<Step, { kind: "patch" }>, state: State): string[] {
  const { file, changes } = step;
  if (!state.texts.has(file)) state.texts.set(file, state.read(file));
  const before = state.texts.get(file);
  if (before === undefined) {
    const by = describeChanges(changes).map(change => `#   ${change}`);
    return [`# ${file} is not on this machine; there, set by hand:`, ...by, "false"];
  }
  const after = patchToml(before, changes, file, step.addSections === true ? "add" : "fail");
  if (after === before) return ["# it is so already"];
  state.texts.set(file, after);
  const lines: string[] = [];
  if (!state.saved.has(file)) {
    const copy = `${state.backups}/${state.saved.size}-${basename(file)}`;
    state.saved.set(file, copy);
    lines.push(`mkdir -p ${shellWord(state.backups)} && cp -p ${shellWord(file)} ${shellWord(copy)}`);
  }
  return [...lines, `patch ${shellWord(file)} <<'END'`, `${unifiedDiff(file, before, after)}END`];
}

function restartLines(containerd: ContainerdService): string[] {
  const wait = (socket: string) =>
    `timeout 60 sh -c 'until crictl -r unix://${socket} version >/dev/null 2>&1; do sleep 0.1; done'`;
  if ("unit" in containerd) return [`systemctl restart ${shellWord(containerd.unit)}`, wait(containerd.socket)];
  const record = readRecord(containerd.folder);
  if (record === undefined) return [`# there is none in ${containerd.folder} now`, "false"];
  const command = record.command.map(shellWord).join(" ");
  return [
    ...(record.process === null ? [] : [`kill ${record.process.pid}`]),
    `cd ${shellWord(containerd.folder)} && PATH=${shellWord(record.path)} setsid ${command} >>containerd.log 2>&1 &`,
    wait(`${containerd.folder}/containerd.sock`),
  ];
}

/** A word for the shell; one that stands for something captured is in double quotes. */
const quoted = (word: string): string => (/\$\{\w+\}/.test(word) ? `"${word}"` : shellWord(word));
