import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import { connect as connectSocket } from "node:net";

/** Maximum number of calls in flight until the service has announced its own limit. */
const inFlight = 4_096;

/** Bytes before a message: whether it is compressed, and its length. */
const prefixBytes = 5;

/** Opens an HTTP/2 connection for gRPC on a unix socket. It does not keep the program alive; a failure shows in each request. */
export function connectGrpc(socket: string): ClientHttp2Session {
  const session = connect("http://localhost", {
    createConnection: () => connectSocket(socket),
    peerMaxConcurrentStreams: inFlight,
  });
  session.on("error", () => {});
  session.unref();
  return session;
}

/** Returns the headers of a gRPC request with the path of its method, such as `/runtime.v1.RuntimeService/Version`. */
export const grpcHeaders = (path: string): OutgoingHttpHeaders => ({
  ...{ ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" },
});

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
