import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { LabError } from "../../model/errors.js";

/** One call that a thread makes. */
export type Call =
  | readonly ["mkdir" | "rmdir" | "unlink", path: string]
  | readonly ["rename" | "clone" | "copy", from: string, to: string]
  | readonly ["write", path: string, text: string];

/** The calls of one item, made one after another and timed together. */
export type Task = readonly Call[];

/** The times at which an item's calls began and ended, in microseconds since the release, and the call that failed. */
export interface TaskTime {
  readonly startUs: number;
  readonly endUs: number;
  /** The call that failed, and the system's error code; null if all succeeded. */
  readonly failure: { readonly call: number; readonly code: string } | null;
}

/** Threads that wait for a common release. */
export interface ReleasedThreads {
  readonly size: number;
  /**
   * Performs tasks, task i on thread i modulo the number of threads. All threads are released together.
   *
   * @param threads the number of threads that take part; by default all
   * @returns a time for each task, in the order of the tasks
   */
  run(tasks: readonly Task[], threads?: number): Promise<readonly TaskTime[]>;
  close(): Promise<void>;
}

/** Memory of one waiting thread in MiB, measured with 200 threads on Node 20. */
export const threadMiB = 8;

/**
 * Starts threads. They are workers, because the time of a call in libuv's own pool would include its wait in the queue.
 *
 * @throws LabError `RUND_THREADS` if they cannot be started
 */
export async function startThreads(size: number): Promise<ReleasedThreads> {
  const shared = new BigInt64Array(new SharedArrayBuffer(16));
  const workers = Array.from({ length: size }, () => startWorker(shared));
  const close = async () => {
    await Promise.all(workers.map(worker => worker.terminate()));
  };
  try {
    await Promise.all(workers.map(worker => nextMessage(worker)));
  } catch (cause) {
    await close();
    throw new LabError("RUND_THREADS", "machine", `${size} threads cannot be started`, {
      hint: `each thread takes about ${threadMiB} MiB: reduce --concurrency`,
      cause,
    });
  }
  return {
    size,
    async run(tasks, threads = size) {
      const part = workers.slice(0, Math.min(threads, tasks.length));
      const ready = part.map(worker => nextMessage(worker));
      for (const [index, worker] of part.entries()) {
        worker.postMessage(tasks.filter((_, item) => item % part.length === index));
      }
      await Promise.all(ready);
      const done = part.map(worker => nextMessage(worker));
      shared[1] = process.hrtime.bigint();
      Atomics.add(shared, 0, 1n);
      Atomics.notify(shared, 0);
      const times = (await Promise.all(done)) as readonly (readonly TaskTime[])[];
      return tasks.map((_, item) => times[item % part.length]![Math.floor(item / part.length)]!);
    },
    close,
  };
}

function startWorker(shared: BigInt64Array): Worker {
  // compilers that keep the names of functions insert calls of __name
  const source = `const __name = f => f; (${threadMain})(require("node:worker_threads"), require("node:fs"));`;
  return new Worker(source, {
    eval: true,
    workerData: shared,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
}

/** Returns the next message of a worker. @throws the worker's error if the worker ends instead */
const nextMessage = async (worker: Worker): Promise<unknown> => (await once(worker, "message"))[0];

/** The code of a thread. Its text is evaluated in the worker, so it must not use anything outside of the function. */
function threadMain(
  { parentPort, workerData }: typeof import("node:worker_threads"),
  fs: typeof import("node:fs"),
): void {
  const shared = workerData as BigInt64Array;
  const { hrtime } = process;
  const call = ([name, path, ...words]: Call): unknown => {
    const [second = ""] = words;
    switch (name) {
      case "mkdir":
        return fs.mkdirSync(path);
      case "rmdir":
        return fs.rmdirSync(path);
      case "unlink":
        return fs.unlinkSync(path);
      case "rename":
        return fs.renameSync(path, second);
      case "write": {
        // control groups do not accept O_CREAT, and need each text in one write
        const file = fs.openSync(path, "r+");
        try {
          fs.writeSync(file, second);
        } finally {
          fs.closeSync(file);
        }
        return;
      }
      case "clone":
        return fs.copyFileSync(path, second, fs.constants.COPYFILE_FICLONE_FORCE);
      case "copy": {
        // reads and writes, because the kernel's own copy may share blocks
        const [from, to] = [fs.openSync(path, "r"), fs.openSync(second, "wx")];
        try {
          const chunk = Buffer.alloc(1 << 20);
          for (let length = fs.readSync(from, chunk); length > 0; length = fs.readSync(from, chunk)) {
            fs.writeSync(to, chunk, 0, length);
          }
        } finally {
          fs.closeSync(from);
          fs.closeSync(to);
        }
        return;
      }
    }
  };
  parentPort!.on("message", (tasks: readonly Task[]) => {
    const before = Atomics.load(shared, 0);
    parentPort!.postMessage("ready");
    Atomics.wait(shared, 0, before);
    const releasedNs = shared[1]!;
    const times = tasks.map((task): TaskTime => {
      let failure: TaskTime["failure"] = null;
      let done = 0;
      const startNs = hrtime.bigint();
      try {
        for (; done < task.length; done++) call(task[done]!);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        failure = { call: done, code: code ?? message };
      }
      const endNs = hrtime.bigint();
      return { startUs: Number(startNs - releasedNs) / 1000, endUs: Number(endNs - releasedNs) / 1000, failure };
    });
    parentPort!.postMessage(times);
  });
  parentPort!.postMessage("started");
}
