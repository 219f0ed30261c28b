import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { LabError } from "../model/errors.js";
import type { ConnectionInfo } from "./client.js";
import type { KernelCommand } from "./kernelspecs.js";
import { temporaryFolder } from "./temporary-folder.js";

/** A kernel's process, in a process group of its own. */
export class KernelProcess {
  /** Resolves when the process has ended, with words that complete "the kernel …". */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #log: number;
  #over = false;

  private constructor(child: ChildProcess, folder: string, log: number) {
    this.#child = child;
    this.#folder = folder;
    this.#log = log;
    this.ended = new Promise(resolve => {
      const end = (how: string) => {
        this.#over = true;
        resolve(how);
      };
      child.on("exit", (code, signal) =>
        end(signal === null ? `ended with exit code ${code}` : `was killed by ${signal}${signalReasons[signal] ?? ""}`),
      );
      child.on("error", error => end(`could not be started: ${error.message}`));
    });
  }

  /**
   * Starts a kernel on free ports of the loopback interface.
   *
   * @param cwd the kernel's working directory: the notebook's folder
   */
  static async start(
    command: KernelCommand,
    cwd: string,
    env: Readonly<Record<string, string | undefined>>,
  ): Promise<{ readonly process: KernelProcess; readonly connection: ConnectionInfo }> {
    const ports = (await freePorts(5)) as [number, number, number, number, number];
    const [shell_port, control_port, iopub_port, stdin_port, hb_port] = ports;
    const connection = {
      ip: "127.0.0.1",
      key: randomUUID(),
      shell_port,
      control_port,
      iopub_port,
      stdin_port,
      hb_port,
    };
    const folder = temporaryFolder("rund-lab-run-");
    const file = join(folder, "connection.json");
    const fields = { ...connection, transport: "tcp", signature_scheme: "hmac-sha256", kernel_name: command.name };
    writeFileSync(file, JSON.stringify(fields), { mode: 0o600 });
    const [program, ...args] = command.argv.map(word => word.replaceAll("{connection_file}", file));
    const log = openSync(join(folder, "log"), "a+");
    const child = spawn(program!, args, {
      cwd,
      env: { ...env, ...command.env, JPY_PARENT_PID: String(process.pid) },
      stdio: ["ignore", log, log],
      detached: true,
    });
    return { process: new KernelProcess(child, folder, log), connection };
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Returns the end of the process's own stdout and stderr, 2,000 bytes at most; not after `finish`. */
  log(): string {
    const end = Buffer.alloc(2000);
    const length = readSync(this.#log, end, 0, end.length, Math.max(0, fstatSync(this.#log).size - end.length));
    return end.toString("utf8", 0, length).trim();
  }

  /** Removes the connection file and the log's name once the kernel has opened both, so that even a kill leaves no file. */
  removeFiles(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Signals the kernel and the processes that its cells have started. */
  signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // the process has ended
    }
  }

  /** Waits at most `withinMs` until the process has ended, then kills its remaining processes and removes the files. */
  async finish(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>(resolve => {
      timer = setTimeout(resolve, withinMs);
    });
    if (!this.#over) await Promise.race([this.ended, late]);
    clearTimeout(timer);
    this.signal("SIGKILL");
    await this.ended;
    this.removeFiles();
    closeSync(this.#log);
  }
}

/** The usual reasons why one of these signals ends a kernel: all are about memory. */
const signalReasons: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: ", as happens when Node's heap is full",
  SIGILL: ", as happens when an array or a string is larger than Node allows",
  SIGTRAP: ", as happens when an array or a string is larger than Node allows",
  SIGKILL: ", as happens when the system runs out of memory",
};

/**
 * The range in which ports are searched: below the ports that the system uses for outgoing connections, which could take one of
 * ours.
 */
const [firstPort, lastPort] = [10_000, 31_999];

/**
 * The next port to try. A free port stays unused until its kernel listens on it. So no port is tried twice, and other processes,
 * whose ids differ, start elsewhere.
 */
let nextPort = firstPort + ((process.pid * 64) % (lastPort - firstPort + 1));

/** Finds free ports; all are held until the last one is found. */
async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  for (let attempt = 0; held.length < count; attempt++) {
    const port = nextPort;
    nextPort = port === lastPort ? firstPort : port + 1;
    const server = await listenOn(port);
    if (server !== undefined) held.push(server);
    else if (attempt > 200) {
      throw new LabError("RUND_NO_PORT", "machine", `no free port from ${firstPort} to ${lastPort}`, {
        where: "127.0.0.1",
        hint: "end programs that listen on these ports, such as other kernels, then try again",
      });
    }
  }
  const ports = held.map(server => (server.address() as AddressInfo).port);
  await Promise.all(held.map(server => new Promise(resolve => server.close(resolve))));
  return ports;
}

function listenOn(port: number): Promise<Server | undefined> {
  return new Promise(resolve => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}
