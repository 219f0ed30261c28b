import { closeSync, type FSWatcher, openSync, readSync, statfsSync, watch } from "node:fs";
import { join } from "node:path";
import { epochMs } from "../cri/grpc/timestamp.js";

/** A container's first line of output. */
export interface FirstLine {
  /** When the container runtime read the line, in milliseconds since 1970. */
  readonly stampEpochMs: number;
  /** The time that the process itself wrote in the line; null if it wrote none. */
  readonly ownEpochMs: number | null;
  readonly text: string;
}

/** Number of bytes that are read at the beginning of a log. A longer first line is cut off there. */
const headBytes = 4096;

/**
 * Reads the first line of a container's log in CRI's format: a time to the nanosecond, the stream, a tag, the text.
 *
 * A line `started 1795702172.846666` contains the process's own real time in seconds since 1970.
 *
 * @returns undefined if the log has no complete line, or its first line is in another format
 * @example readFirstLine("1970-01-01T00:00:01.5Z stdout F started 1.25\n") // { stampEpochMs: 1500, ownEpochMs: 1250, text: "started 1.25" }
 * @example readFirstLine("1970-01-01T00:00:01.5Z stdout F hello") // undefined
 */
export function readFirstLine(log: string): FirstLine | undefined {
  const [, time = "", text = ""] = /^(\d{4}-\d\d-\d\dT\S+) (?:stdout|stderr) [FP]\S* ?(.*)\n/.exec(log) ?? [];
  if (Number.isNaN(Date.parse(time))) return undefined;
  const own = /^started (\d{1,11}\.\d{1,9})$/.exec(text)?.[1];
  return {
    stampEpochMs: epochMs(time),
    ownEpochMs: own === undefined ? null : Math.round(Number(own) * 1e6) / 1000,
    text,
  };
}

/** Finds the first line of each container log in a folder. */
export class FirstLines {
  readonly #folder: string;
  readonly #watcher: FSWatcher | null;
  readonly #seen = new Map<string, FirstLine>();
  readonly #waiting = new Map<string, (line: FirstLine) => void>();

  /** @param watching whether lines are read as soon as they are written, and not only when they are asked for */
  constructor(folder: string, watching: boolean) {
    this.#folder = folder;
    this.#watcher = !watching
      ? null
      : watch(folder, (_, file) => {
          if (file !== null && !this.#seen.has(file)) this.#look(file);
        });
    // if the watched folder is removed, no line comes
    this.#watcher?.on("error", () => {});
  }

  /** Resolves with the first line of a log when it is written; never if the folder is not watched. */
  of(file: string): Promise<FirstLine> {
    const line = this.seen(file);
    if (line !== undefined) return Promise.resolve(line);
    return new Promise(resolve => this.#waiting.set(file, resolve));
  }

  /** Returns the first line of a log, if it exists already. */
  seen(file: string): FirstLine | undefined {
    if (!this.#seen.has(file)) this.#look(file);
    return this.#seen.get(file);
  }

  /** Whether the disk on which the logs are is full, so that the service cannot write a line. */
  diskIsFull(): boolean {
    const { bfree, blocks } = statfsSync(this.#folder);
    // some file systems have no number of blocks
    return bfree === 0 && blocks > 0;
  }

  close(): void {
    this.#watcher?.close();
  }

  #look(file: string): void {
    const line = readFirstLine(readHead(join(this.#folder, file)));
    if (line === undefined) return;
    this.#seen.set(file, line);
    this.#waiting.get(file)?.(line);
    this.#waiting.delete(file);
  }
}

/** The buffer for the beginning of a log; logs are read one after another. */
const head = Buffer.alloc(headBytes);

/**
 * Reads the beginning of a log; empty if the file is missing. A longer first line is cut off. containerd writes a line at once, so
 * if a part of it is there, all of it is.
 */
function readHead(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch {
    return "";
  }
  try {
    const bytes = readSync(descriptor, head, 0, headBytes, 0);
    return `${head.toString("utf8", 0, bytes)}${bytes === headBytes ? "\n" : ""}`;
  } finally {
    closeSync(descriptor);
  }
}
