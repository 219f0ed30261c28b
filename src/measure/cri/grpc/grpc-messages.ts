<<<<<<<< HEAD:src/measure/cri/grpc/grpc-connection.ts
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import { connect as connectSocket } from "node:net";

/** Maximum number of calls in flight until the service has announced its own limit. */
const inFlight = 4_096;
========
import { headerBlock } from "../http2/header-block.js";
>>>>>>>> 922c8cb (CRI calls and containerd's events over an HTTP/2 connection of the project's own, a fifth of node:http2's CPU; events stay in the socket until a round is over; logs are watched only where a cold start waits for a line):src/measure/cri/grpc-messages.ts

/** Bytes before a message: whether it is compressed, and its length. */
const prefixBytes = 5;

const constantHeads = new Map<string, Buffer>();

<<<<<<<< HEAD:src/measure/cri/grpc/grpc-connection.ts
/** Returns the headers of a gRPC request with the path of its method, such as `/runtime.v1.RuntimeService/Version`. */
export const grpcHeaders = (path: string): OutgoingHttpHeaders => ({
  ...{ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" },
});
========
/**
 * Returns the header block of a gRPC request.
 *
 * @param path of its method, such as `/runtime.v1.RuntimeService/Version`
 * @param timeoutMs the deadline that the service is told; no deadline if left out
 */
export function requestHead(path: string, timeoutMs?: number): Buffer {
  let head = constantHeads.get(path);
  if (head === undefined) {
    const target = { ":method": "POST", ":scheme": "http", ":authority": "localhost", ":path": path };
    head = headerBlock({ ...target, "content-type": "application/grpc", te: "trailers" });
    constantHeads.set(path, head);
  }
  if (timeoutMs === undefined) return head;
  return Buffer.concat([head, headerBlock({ "grpc-timeout": `${Math.ceil(timeoutMs)}m` })]);
}
>>>>>>>> 922c8cb (CRI calls and containerd's events over an HTTP/2 connection of the project's own, a fifth of node:http2's CPU; events stay in the socket until a round is over; logs are watched only where a cold start waits for a line):src/measure/cri/grpc-messages.ts

/** Returns a message in gRPC's frame. */
export function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(prefixBytes + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, prefixBytes);
  return frame;
}

/**
 * Splits received bytes into messages.
 *
 * @returns the complete messages, and the rest, which is the beginning of an incomplete one
 * @example unframed(Buffer.from("000000000161000000", "hex")).messages.map(String) // ["a"]
 */
export function unframed(bytes: Buffer): { readonly messages: readonly Buffer[]; readonly rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = bytes;
  while (rest.length >= prefixBytes) {
    const end = prefixBytes + rest.readUInt32BE(1);
    if (rest.length < end) break;
    messages.push(rest.subarray(prefixBytes, end));
    rest = rest.subarray(end);
  }
  return { messages, rest };
}
