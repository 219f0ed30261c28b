import { setTimeout as delay } from "node:timers/promises";
import { LabError } from "../../model/errors.js";
import { GrpcFailure, UnaryChannel, unimplemented } from "../cri/grpc/unary-channel.js";

/** Time limit for one attempt, in milliseconds. */
const attemptMs = 2_000;

/**
 * Calls a CRI service until it answers, in v1 or, before containerd 1.6, in v1alpha2.
 *
 * @param checkAlive called before each attempt; throws if waiting is useless, for example because the process has ended
 * @returns milliseconds waited
 * @throws LabError `RUND_CRI_SILENT` with the last answer, after `timeoutMs` or if something else answers
 */
export function criReady(socket: string, timeoutMs: number, checkAlive: () => void = () => {}): Promise<number> {
  return until(socket, timeoutMs, checkAlive, async call => {
    const version = (service: string) => call(`/runtime.${service}.RuntimeService/Version`, Buffer.alloc(0));
    await version("v1").catch(error => (isUnimplemented(error) ? version("v1alpha2") : Promise.reject(error)));
    return true;
  });
}

/**
 * Calls a CRI service until it has an image. CRI sees an image only a moment after containerd has imported it.
 *
 * @throws LabError as `criReady` does
 */
export function imageReady(socket: string, image: string, timeoutMs: number): Promise<number> {
  // ImageStatus with its messages written out: a request {image {image}}, and an answer that is empty for an unknown image
  const field = (content: Buffer) => Buffer.concat([Buffer.from([0x0a, content.length]), content]);
  const request = field(field(Buffer.from(image)));
  const exists = async (call: Call) => (await call("/runtime.v1.ImageService/ImageStatus", request)).length > 0;
  return until(socket, timeoutMs, () => {}, exists);
}

/** A function that makes one call. Its messages are bytes, because these few calls need no schema. */
type Call = (method: string, request: Buffer) => Promise<Buffer>;

async function until(
  socket: string,
  timeoutMs: number,
  checkAlive: () => void,
  ask: (call: Call) => Promise<boolean>,
): Promise<number> {
  const channel = new UnaryChannel(socket);
  const call: Call = (method, request) => channel.call(method, request, { timeoutMs: attemptMs, signal: undefined });
  const started = performance.now();
  let last: unknown;
  try {
    do {
      checkAlive();
      try {
        if (await ask(call)) return performance.now() - started;
      } catch (error) {
        last = error;
        // the program that listens there will not become a CRI service
        if (isUnimplemented(error)) break;
      }
      await delay(10);
    } while (performance.now() - started < timeoutMs);
  } finally {
    channel.close();
  }
  throw new LabError("RUND_CRI_SILENT", "machine", "", {
    where: socket,
    expected: "a CRI service that answers",
    found: last instanceof Error ? last.message : `nothing in ${timeoutMs} ms`,
    hint: "see containerd's log; `disabled_plugins` in its config must not name cri",
    cause: last,
  });
}

const isUnimplemented = (error: unknown): boolean => error instanceof GrpcFailure && error.code === unimplemented;
