import { rmSync, writeFileSync } from "node:fs";
import { execa } from "execa";
import { shellWord } from "../system/shell-word.js";

/** The time at which an item's last program ended, in microseconds since the release, and a message if one failed. */
interface ProgramTime {
  readonly endUs: number;
  readonly failure: string | null;
}

/**
 * Runs programs that start together. Each item has a process that is forked before the release and waits for it. Without these
 * processes, the programs would start one after another, and an item's time would include the start of those before it.
 *
 * If this process is killed before the release, no program runs.
 *
 * @param items the programs of each item, run one after another until one fails
 * @param gate a file that does not exist; creating it is the release
 */
export async function runReleased(
  items: readonly (readonly (readonly string[])[])[],
  gate: string,
): Promise<readonly ProgramTime[]> {
  const script = items
    .map((programs, item) => {
      const words = programs.map(argv => argv.map(shellWord).join(" ")).join(" && ");
      return `{ echo ready ${item}; read -r _ <&3; [ -e ${shellWord(gate)} ] || exit; ${words} >&2; echo end ${item} $?; } &\n`;
    })
    .join("");
  const shell = execa("sh", ["-s"], { stdio: ["pipe", "pipe", "pipe", "pipe"], reject: false });
  const times: ProgramTime[] = [];
  let ready = 0;
  let releasedNs = 0n;
  let rest = "";
  shell.stdin!.end(`${script}exec 3<&-\nwait\n`);
  for await (const chunk of shell.stdout as AsyncIterable<Buffer>) {
    const us = Number(process.hrtime.bigint() - releasedNs) / 1000;
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [event, item, status] = line.split(" ");
      if (event === "ready") ready++;
      if (event === "end") {
        times[Number(item)] = { endUs: us, failure: status === "0" ? null : `exit code ${status}` };
      }
    }
    if (ready === items.length && releasedNs === 0n) {
      writeFileSync(gate, "");
      releasedNs = process.hrtime.bigint();
      (shell.stdio[3] as unknown as NodeJS.WritableStream).end();
    }
  }
  const { stderr } = await shell;
  rmSync(gate, { force: true });
  const message = String(stderr ?? "")
    .split("\n")
    .find(line => line !== "");
  return items.map((_, item) => {
    const time = times[item] ?? { endUs: 0, failure: "its process ended before the release" };
    return time.failure === null ? time : { ...time, failure: message ?? time.failure };
  });
}
