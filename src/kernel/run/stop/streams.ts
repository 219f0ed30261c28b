import { Writable } from "node:stream";
import type { StreamName } from "../../channel/pipe.js";

/**
 * Replaces `process.stdout` or `process.stderr`. A write is complete when it returns, so no state is left that an interrupt could
 * leave incomplete.
 */
export function replaceStream(name: StreamName, send: (bytes: Uint8Array) => void): void {
  const stream = new Writable({ autoDestroy: false, emitClose: false });
  const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    const encoding = typeof rest[0] === "string" ? (rest[0] as BufferEncoding) : "utf8";
    send(typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk);
    const done = rest.findLast(argument => typeof argument === "function") as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  // later cells also print, so `end` only writes the last text and emits `finish`, for which code such as pipeline waits
  const end = (...last: unknown[]): Writable => {
    const [chunk] = last;
    if (typeof chunk === "string" || chunk instanceof Uint8Array) write(chunk, ...last.slice(1));
    else if (typeof chunk === "function") process.nextTick(chunk as () => void);
    process.nextTick(() => stream.emit("finish"));
    return stream;
  };
  // a child process that gets this stream gets its descriptor
  Object.assign(stream, { write, end, destroy: () => stream, fd: name === "stdout" ? 1 : 2 });
  Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true });
}
