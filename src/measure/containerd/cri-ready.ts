import { setTimeout as delay } from "node:timers/promises";
import { Client, credentials, status } from "@grpc/grpc-js";
import { LabError } from "../../model/errors.js";

/** Time limit for one attempt; a service that is starting answers some calls with errors at once. */
const attemptMs = 2_000;

/**
 * Calls a CRI service until it answers, in v1 or, before containerd 1.6, in v1alpha2.
 *
 * @param giveUp called before each attempt; throws if waiting is useless, for example because the process has ended
 * @returns milliseconds waited
 * @throws LabError `RUND_CRI_SILENT` with the last answer, after `timeoutMs` or if something else answers
 */
export function criReady(socket: string, timeoutMs: number, giveUp: () => void = () => {}): Promise<number> {
  return until(socket, timeoutMs, giveUp, async () => {
    const version = (service: string) => call(socket, `/runtime.${service}.RuntimeService/Version`, Buffer.alloc(0));
    await version("v1").catch(error => (isUnimplemented(error) ? version("v1alpha2") : Promise.reject(error)));
    return true;
  });
}

/**
 * Calls a CRI service until it has an image: containerd's own image store and its CRI's agree only after a moment.
 *
 * @throws LabError as `criReady` does
 */
export function imageReady(socket: string, image: string, timeoutMs: number): Promise<number> {
  // ImageStatus with its messages written out: a request {image {image}}, and an answer that is empty for an unknown image
  const field = (content: Buffer) => Buffer.concat([Buffer.from([0x0a, content.length]), content]);
  const request = field(field(Buffer.from(image)));
  return until(
    socket,
    timeoutMs,
    () => {},
    async () => (await call(socket, "/runtime.v1.ImageService/ImageStatus", request)).length > 0,
  );
}

async function until(
  socket: string,
  timeoutMs: number,
  giveUp: () => void,
  ask: () => Promise<boolean>,
): Promise<number> {
  const started = performance.now();
  let last: unknown;
  do {
    giveUp();
    try {
      if (await ask()) return performance.now() - started;
    } catch (error) {
      last = error;
      // the program that listens there will not become a CRI service
      if (isUnimplemented(error)) break;
    }
    await delay(10);
  } while (performance.now() - started < timeoutMs);
  throw new LabError("RUND_CRI_SILENT", "machine", "", {
    where: socket,
    expected: "a CRI service that answers",
    found: last instanceof Error ? last.message : `nothing in ${timeoutMs} ms`,
    hint: "see containerd's log; `disabled_plugins` in its config must not name cri",
    cause: last,
  });
}

const isUnimplemented = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === status.UNIMPLEMENTED;

/** Makes one call whose message is given as bytes, because these few calls need no schema. */
function call(socket: string, method: string, request: Buffer): Promise<Buffer> {
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), { "grpc.enable_http_proxy": 0 });
  const bytes = (message: Buffer) => message;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(method, bytes, bytes, request, { deadline: Date.now() + attemptMs }, (error, answer) => {
      client.close();
      if (error) reject(error);
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}
