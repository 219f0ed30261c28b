import { Http2Connection } from "../http2/connection.js";
import type { Headers } from "../http2/header-block.js";
import { framed, requestHead, unframed } from "./grpc-messages.js";

/** The failure of a call: a gRPC status code from 1 to 16, and its message. */
export class GrpcFailure extends Error {
  readonly code: number;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
  }
}

/** The time limit of a call, and a signal that ends it early. */
interface UnaryOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const cancelled = 1;
const deadlineExceeded = 4;
export const unimplemented = 12;
const unavailable = 14;

/**
 * Makes gRPC's unary calls over one HTTP/2 connection on a unix socket; it supports nothing else of gRPC. A call needs little
 * CPU, because the harness shares its CPUs with the runtimes that it measures.
 */
export class UnaryChannel {
  readonly #socket: string;
  readonly #metadata: Headers | undefined;
  #connection: Http2Connection | null = null;

  /**
   * @param socket connected at the first call; if the connection is lost, the next call connects again
   * @param metadata headers of every call
   */
  constructor(socket: string, metadata?: Headers) {
    this.#socket = socket;
    this.#metadata = metadata;
  }

  /**
   * Sends a message and returns the response.
   *
   * @param path such as `/runtime.v1.RuntimeService/Version`
   * @throws GrpcFailure with code 4 after the time limit, 1 if the signal ends it, 14 if there is no connection
   */
  call(path: string, message: Buffer, options: UnaryOptions): Promise<Buffer> {
    return this.messages(path, message, options).then(([first = Buffer.alloc(0)]) => first);
  }

  /** Sends a message to a method whose response is a stream, and returns all messages of the stream after its end. */
  messages(path: string, message: Buffer, { timeoutMs, signal }: UnaryOptions): Promise<readonly Buffer[]> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
      };
      const head = requestHead(path, timeoutMs, this.#metadata);
      const stream = this.#connected().send(head, framed(message), lost => {
        settle();
        const failure = failureOf(stream.headers, lost);
        if (failure === null) resolve(unframed(Buffer.concat(stream.pieces)).messages);
        else reject(failure);
      });
      const end = (code: number) => {
        settle();
        stream.cancel();
        reject(new GrpcFailure(code, code === cancelled ? "cancelled by the caller" : "deadline exceeded"));
      };
      const stop = () => end(cancelled);
      const timer = setTimeout(end, timeoutMs, deadlineExceeded);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  close(): void {
    this.#connection?.close();
    this.#connection = null;
  }

  #connected(): Http2Connection {
    if (this.#connection?.usable !== true) this.#connection = new Http2Connection(this.#socket);
    return this.#connection;
  }
}

/** Returns the failure of a finished call; null if it has a response. */
function failureOf(status: Headers, lost: Error | null): GrpcFailure | null {
  const code = status["grpc-status"];
  if (code === "0") return null;
  if (code !== undefined) return new GrpcFailure(Number(code), decoded(status["grpc-message"] ?? ""));
  const http = status[":status"];
  if (http !== undefined && Number(http) !== 200) {
    return new GrpcFailure(unimplemented, `an HTTP status of ${http} in place of a gRPC answer`);
  }
  return new GrpcFailure(unavailable, lost?.message ?? "an answer without a status");
}

/** Decodes a status message of gRPC, in which unprintable bytes are percent-encoded. */
function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
