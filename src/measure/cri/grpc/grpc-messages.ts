import { type Headers, headerBlock } from "../http2/header-block.js";

/** Number of bytes before a message: one for compression, four for the message's length. */
const prefixBytes = 5;

const constantHeads = new Map<string, Buffer>();

/**
 * Returns the header block of a gRPC request.
 *
 * @param path of its method, such as `/runtime.v1.RuntimeService/Version`
 * @param timeoutMs the deadline in the request's headers; by default none
 * @param metadata further headers of a request with a deadline
 */
export function requestHead(path: string, timeoutMs?: number, metadata: Headers = {}): Buffer {
  let head = constantHeads.get(path);
  if (head === undefined) {
    const target = { ":method": "POST", ":scheme": "http", ":authority": "localhost", ":path": path };
    head = headerBlock({ ...target, "content-type": "application/grpc", te: "trailers" });
    constantHeads.set(path, head);
  }
  if (timeoutMs === undefined) return head;
  return Buffer.concat([head, headerBlock({ "grpc-timeout": `${Math.ceil(timeoutMs)}m`, ...metadata })]);
}

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
