import { type ChildProcess, spawn } from "node:child_process";
import { openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Connection } from "../../jupyter/connection.js";
import { temporaryFolder } from "../../jupyter/temporary-folder.js";
import type { Message } from "../../jupyter/wire.js";
import type { DeathNote } from "./note.js";

/** Text that V8 and Node write to stderr before they end a process that cannot continue. */
const fatal = /FATAL ERROR|Fatal JavaScript|Fatal error in|OOM error in/;

/**
 * A shell that outlives the kernel and starts `publish.js` if V8 ended the kernel: then the process's last stderr is partly in the
 * pipe and partly in the note. It ignores interrupts, which go to the kernel's whole process group.
 */
const script = `trap '' INT
read -r end && exit
words=$(cat <&3 2>/dev/null)
case "$words$(cat <&4)" in
*"FATAL ERROR"* | *"Fatal JavaScript"* | *"Fatal error in"* | *"OOM error in"*) printf %s "$words" | exec "$1" "$2" ;;
esac`;

/**
 * Lets front ends know why a kernel died, if V8 ended it: an array, a string or a table is larger than V8 can make, or memory
 * ran out in a single step. No code of the process runs after that. So a small shell waits for its end and starts a program that
 * takes the kernel's place on the sockets until the reason is reported.
 */
export class Watcher {
  #shell: ChildProcess | undefined;
  readonly #note = unnamedFile();
  #written: DeathNote;

  /**
   * @param log the kernel's own stderr
   * @param errors the end of the pipe from which descriptor 2 is read
   */
  constructor(
    connection: Connection,
    private readonly log: number,
    private readonly errors: number,
  ) {
    this.#written = { connection, words: "" };
  }

  /** Notes the request that runs from now on: a death is reported as its error. The first request starts the shell. */
  running({ header, identities }: Message): void {
    this.#write({
      ...this.#written,
      words: "",
      request: { header, identities: identities.map(each => each.toString("hex")) },
    });
    this.#shell ??= this.#start();
  }

  /** Adds text of the process's stderr to the note, from the text on that announces the end. */
  hear(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString();
    if (this.#written.words !== "" || fatal.test(text))
      this.#write({ ...this.#written, words: this.#written.words + text });
  }

  /** Ends the shell. */
  async end(): Promise<void> {
    const shell = this.#shell;
    if (shell === undefined || shell.exitCode !== null) return;
    const ended = new Promise(resolve => shell.once("exit", resolve));
    shell.stdin?.end("end\n");
    await ended;
  }

  #write(note: DeathNote): void {
    this.#written = note;
    writeSync(this.#note, `${JSON.stringify(note)}\n`, 0);
  }

  #start(): ChildProcess {
    const publish = fileURLToPath(new URL("publish.js", import.meta.url));
    const shell = spawn("sh", ["-c", script, "rund-lab-kernel", process.execPath, publish], {
      stdio: ["pipe", "ignore", this.log, this.errors, this.#note],
    });
    // without a shell, a death is not reported
    shell.on("error", () => {});
    shell.stdin?.on("error", () => {});
    shell.unref();
    return shell;
  }
}

/** Opens a file that has a descriptor and no name. */
function unnamedFile(): number {
  const folder = temporaryFolder("rund-lab-kernel-");
  try {
    return openSync(join(folder, "note"), "w+", 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
