import { basename } from "node:path";
import { containerdPaths, readRecord, systemSocket } from "../containerd/containerd-record.js";
import { type CriRequest, criService } from "../cri/grpc/protocol.js";
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
 * Returns a shell script that performs steps, so that they can be read before anything is changed. Changes to files are diffs
 * against the files on this machine. The script needs only programs of a Debian system with containerd: `patch`, and `curl` for a
 * restart and a sandbox.
 *
 * @param read returns a file's current text; undefined if it is not on this machine, in which case the script says what to set
 * @param backups the folder for copies of the original files
 * @param socket the socket of the CRI service that starts a step's sandbox
 */
export function shellScript(
  sections: readonly ScriptSection[],
  read: (file: string) => string | undefined,
  backups: string,
  socket: string = systemSocket,
): string {
  const texts = new Map<string, string | undefined>();
  const saved = new Map<string, string>();
  const state = { texts, saved, read, backups, socket };
  const body = sections.map(({ title, steps }) => {
    const lines = steps.flatMap(step => [...remark(step), ...shellLines(step, state), ""]);
    return [`## ${title}`, "", ...(lines.length > 0 ? lines : ["# nothing to do", ""])].join("\n");
  });
  const calls = sections.some(({ steps }) =>
    steps.some(({ kind }) => kind === "restart-containerd" || kind === "sandbox"),
  );
  return ["#!/bin/sh\nset -eu\n", ...(calls ? [criFunctions] : []), ...body].join("\n");
}

/**
 * Shell functions that call a CRI service. curl sends gRPC: a message is a byte 0, its length in four bytes, and the protocol
 * buffer. A service that refuses a call sends no message. After a restart, containerd's socket answers before its CRI service
 * does.
 */
const criFunctions = `# cri SOCKET METHOD: sends the request on standard input
cri() {
  curl -sSf --http2-prior-knowledge --unix-socket "$1" -H 'content-type: application/grpc' -H 'te: trailers' \\
    --data-binary @- "http://cri/runtime.v1.RuntimeService/$2"
}
# answers SOCKET: waits until the CRI service answers
answers() {
  for TRY in $(seq 600); do
    [ "$(printf '\\0\\0\\0\\0\\0' | cri "$1" Status 2>/dev/null | wc -c)" -le 5 ] || return 0
    sleep 0.1
  done
  echo "no CRI service answers on $1 within 60 s" >&2
  exit 1
}
`;

/** Returns the steps that undo steps, in the order in which they are performed. */
export function undoSteps(steps: readonly Step[]): Step[] {
  const groups = new Map<string, readonly Step[]>();
  for (const { undo = [] } of steps)
    if (undo.length > 0) groups.set(JSON.stringify(undo), groups.get(JSON.stringify(undo)) ?? undo);
  return [...groups.values()].reverse().flat();
}

/** Returns the purpose of a step, if its lines do not show it. */
const remark = (step: Step): string[] =>
  step.kind === "command" ? [] : [`# ${step.kind === "patch" ? `change ${step.file}` : describeStep(step)}`];

interface State {
  readonly socket: string;
  /** The content of each file at this point of the script. */
  readonly texts: Map<string, string | undefined>;
  /** The path of each changed file's copy. */
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
        `  echo ${shellWord(`already exists: ${step.what}`)} >&2; exit 1`,
        "fi",
      ];
    case "patch":
      return patchLines(step, state);
    case "put-back": {
      const copy = state.saved.get(step.file);
      return [copy === undefined ? "# the file was not changed" : `cp -p ${shellWord(copy)} ${shellWord(step.file)}`];
    }
    case "restart-containerd":
      return restartLines(step.containerd);
    case "empty-folder": {
      const folder = shellWord(step.folder);
      return [`mkdir -p ${folder} && find ${folder} -mindepth 1 -delete`];
    }
    case "sandbox":
      return sandboxLines(step.handler, state.socket);
    case "wait":
      return [`sleep ${step.seconds}`];
  }
}

/**
 * Returns the lines that start a sandbox on the host's network and remove it. The first request is encoded here; the script itself
 * makes the other two, which contain only the 64 characters of the id.
 */
function sandboxLines(handler: string, socket: string): string[] {
  const message = criService().RunPodSandbox.requestSerialize(templateRequest(handler));
  const length = Buffer.alloc(5);
  length.writeUInt32BE(message.length, 1);
  const request = Buffer.concat([length, message]).toString("base64");
  const cri = `cri ${shellWord(socket)}`;
  return [
    `SANDBOX=$(echo ${request} | base64 -d | ${cri} RunPodSandbox | tail -c 64)`,
    `[ \${#SANDBOX} = 64 ] || { echo ${shellWord(`a sandbox of ${handler} cannot be started: see the service's log`)} >&2; exit 1; }`,
    ...["Stop", "Remove"].map(
      verb => `printf '\\0\\0\\0\\0\\102\\012\\100%s' "$SANDBOX" | ${cri} ${verb}PodSandbox >/dev/null`,
    ),
    "# containerd leaves the parent of the sandbox's control groups",
    `for GROUP in /sys/fs/cgroup${templateGroup} /sys/fs/cgroup/*${templateGroup}; do`,
    `  [ ! -d "$GROUP" ] || rmdir "$GROUP" || true`,
    "done",
  ];
}

/** The parent of the control groups of the template's sandbox; nothing else uses it. */
const templateGroup = "/rund-lab-template";

/** Returns a sandbox on the host's network with a name that no campaign uses. */
const templateRequest = (handler: string): CriRequest<"RunPodSandbox"> => ({
  config: {
    metadata: { name: "template", uid: "template", namespace: "rund-lab", attempt: 0 },
    hostname: "",
    logDirectory: "",
    labels: {},
    annotations: {},
    linux: {
      cgroupParent: templateGroup,
      securityContext: { namespaceOptions: { network: "NODE", pid: "POD" }, seccomp: null },
    },
  },
  runtimeHandler: handler,
});

function patchLines(step: Extract<Step, { kind: "patch" }>, state: State): string[] {
  const { file, changes } = step;
  if (!state.texts.has(file)) state.texts.set(file, state.read(file));
  const before = state.texts.get(file);
  if (before === undefined) {
    const by = describeChanges(changes).map(change => `#   ${change}`);
    return [`# ${file} is not on this machine; on the machine that has it, set by hand:`, ...by, "false"];
  }
  const after = patchToml(before, changes, file, step.addSections === true ? "add" : "fail");
  if (after === before) return ["# already set"];
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
  const wait = (socket: string) => `answers ${shellWord(socket)}`;
  if ("unit" in containerd) return [`systemctl restart ${shellWord(containerd.unit)}`, wait(containerd.socket)];
  const { folder } = containerd;
  const record = readRecord(folder);
  if (record === undefined) return [`# no private containerd is running in ${folder}`, "false"];
  const { config, socket } = containerdPaths(folder);
  // the pid is read when the script runs, because an earlier part of it may have restarted the process
  return [
    `cd ${shellWord(folder)}`,
    `OLD=$(sed -n 's/^ *"pid": \\([0-9]*\\).*/\\1/p' containerd.json)`,
    `if grep -qs -F ${shellWord(config)} "/proc/$OLD/cmdline"; then`,
    "  kill $OLD",
    `  timeout 60 sh -c "while [ -e /proc/$OLD/exe ]; do sleep 0.1; done"`,
    "fi",
    `(exec env -i PATH=${shellWord(record.path)} setsid ${record.command.map(shellWord).join(" ")}) </dev/null >>containerd.log 2>&1 &`,
    `TICKS=$(cut -d ' ' -f 22 "/proc/$!/stat")`,
    `sed -i "s/\\"pid\\": [0-9]*/\\"pid\\": $!/; s/\\"startTicks\\": [0-9]*/\\"startTicks\\": $TICKS/" containerd.json`,
    wait(socket),
  ];
}

/** Returns a word for the shell, in double quotes if it refers to captured output. */
const quoted = (word: string): string => (/\$\{\w+\}/.test(word) ? `"${word}"` : shellWord(word));
