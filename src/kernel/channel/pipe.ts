/**
 * One pipe orders everything a kernel shows.
 *
 * File descriptors 1 and 2 of the process are replaced by pipes that the protocol thread reads, so that everything a child
 * process, an addon or `fs.writeSync(1, …)` writes is output like any other. The main thread's own output goes through
 * the first pipe too, in frames that say which cell and which stream they belong to; messages (a picture, a result, an
 * answer) go through a MessagePort, and a frame in the pipe marks their place. So the protocol thread sees text and
 * messages in the order in which they happened, also while a cell computes, and a cell that prints faster than
 * the protocol thread reads is slowed down by the pipe itself.
 *
 * A frame is written by one write(2) of at most PIPE_BUF bytes, which the system never interleaves with others:
 *
 *     mark (16 random bytes) · kind (1) · number (4) · length (2) · payload
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import { temporaryFolder } from "../../jupyter/temporary-folder.js";
import type { Tell } from "./messages.js";

/** The name of a standard stream, as Jupyter's messages have it. */
export type StreamName = "stdout" | "stderr";

/** PIPE_BUF: the number of bytes that one write puts into a pipe without interleaving. */
const atomicBytes = process.platform === "linux" ? 4096 : 512;
const headerBytes = 23;
export const markBytes = 16;
/** Kinds 0 and 1 are text on stdout and stderr; their number is the cell. Kind 2 is a message; its number counts the messages. */
const messageKind = 2;

/** The pipes' ends, as file descriptors of this process. */
export interface Pipes {
  /** Frames, and output of other writers to descriptor 1. */
  readonly output: number;
  /** Output of other writers to descriptor 2. */
  readonly errors: number;
  /** The end to which the main thread writes its frames. */
  readonly frames: number;
  /** The original stderr of the kernel, for its own log. */
  readonly log: number;
}

/**
 * Replaces descriptors 1 and 2 by pipes. Must run before anything else opens a file or uses `process.stdout`, because the system
 * gives a new file the lowest free descriptor, and the pipes must get 1 and 2.
 *
 * @throws LabError `RUND_TEMPORARY_FOLDER` (machine) if the pipes cannot be created
 */
export function takeOutput(): Pipes {
  const log = reopen(2);
  const folder = temporaryFolder("rund-lab-kernel-");
  try {
    const [out, err] = [join(folder, "1"), join(folder, "2")];
    execFileSync("mkfifo", ["-m", "600", out, err]);
    const reading = constants.O_RDONLY | constants.O_NONBLOCK;
    const output = openSync(out, reading);
    const errors = openSync(err, reading);
    replace(1, out);
    replace(2, err);
    return { output, errors, frames: openSync(out, "w"), log };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function replace(descriptor: number, path: string): void {
  closeSync(descriptor);
  const got = openSync(path, "w");
  if (got !== descriptor) throw new Error(`expected file descriptor ${descriptor}, found ${got}: is stdin closed?`);
}

/** Returns a second descriptor for the same file, or one for /dev/null if the file cannot be opened again (a socket). */
function reopen(descriptor: number): number {
  try {
    return openSync(`/dev/fd/${descriptor}`, "a");
  } catch {
    return openSync("/dev/null", "a");
  }
}

function frame(mark: Uint8Array, kind: number, number: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length);
  bytes.set(mark, 0);
  bytes.writeUInt8(kind, markBytes);
  bytes.writeUInt32LE(number, markBytes + 1);
  bytes.writeUInt16LE(payload.length, markBytes + 5);
  bytes.set(payload, headerBytes);
  return bytes;
}

/** The main thread's end of the pipe. */
export class Outlet {
  #sent = 0;

  constructor(
    private readonly pipe: number,
    private readonly mark: Uint8Array,
    private readonly port: MessagePort,
  ) {}

  /**
   * Writes text of a cell, completely before it returns. Characters are not split, so each frame can be decoded by itself.
   */
  write(name: StreamName, cell: number, bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; ) {
      let end = Math.min(start + atomicBytes - headerBytes, bytes.length);
      while (end < bytes.length && end > start + 4 && (bytes[end]! & 0xc0) === 0x80) end--;
      writeSync(this.pipe, frame(this.mark, name === "stdout" ? 0 : 1, cell, bytes.subarray(start, end)));
      start = end;
    }
  }

  /** Sends a message that comes after all text written so far. */
  tell(message: Tell): void {
    const place = ++this.#sent;
    this.port.postMessage([place, message]);
    writeSync(this.pipe, frame(this.mark, messageKind, place, new Uint8Array()));
  }
}

/** One piece read from the pipe. `cell` is undefined for output of other writers. */
export type Piece =
  | { readonly name: StreamName; readonly cell?: number; readonly bytes: Buffer }
  | { readonly place: number };

/** Divides the bytes from the first pipe into pieces. Bytes that may be the beginning of a mark are kept until more arrive. */
export class PieceReader {
  #rest: Buffer = Buffer.alloc(0);

  constructor(private readonly mark: Buffer) {}

  *read(chunk: Buffer): Generator<Piece> {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (data.length > 0) {
      const at = data.indexOf(this.mark);
      if (at !== 0) {
        const foreign = data.subarray(0, at > 0 ? at : data.length - this.#openEnd(data));
        if (foreign.length > 0) yield { name: "stdout", bytes: foreign };
        data = data.subarray(foreign.length);
        if (at < 0) break;
      }
      if (data.length < headerBytes) break;
      const length = data.readUInt16LE(markBytes + 5);
      if (data.length < headerBytes + length) break;
      const kind = data.readUInt8(markBytes);
      const number = data.readUInt32LE(markBytes + 1);
      if (kind === messageKind) yield { place: number };
      else {
        const bytes = data.subarray(headerBytes, headerBytes + length);
        yield { name: kind === 0 ? "stdout" : "stderr", cell: number, bytes };
      }
      data = data.subarray(headerBytes + length);
    }
    this.#rest = Buffer.from(data);
  }

  /** Returns the number of bytes at the end that may be the beginning of a mark. */
  #openEnd(data: Buffer): number {
    for (let length = Math.min(markBytes - 1, data.length); length > 0; length--) {
      if (data.subarray(data.length - length).equals(this.mark.subarray(0, length))) return length;
    }
    return 0;
  }
}
