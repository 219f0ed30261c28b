import { type ClientHttp2Session, constants, type IncomingHttpHeaders } from "node:http2";
import { connectGrpc, framed, grpcHeaders, unframed } from "./grpc-connection.js";

/** Why a call has no response: a gRPC status code from 1 to 16, and its message. */
export class GrpcFailure extends Error {
  readonly code: number;

  constructor(code: number, details: string) {
    super(details);
    this.code = code;
  }
}

/** The time limit of a call, and a signal that ends it early. */
export interface UnaryOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

const cancelled = 1;
const deadlineExceeded = 4;
const unimplemented = 12;
const unavailable = 14;

/**
 * Makes gRPC's unary calls over one HTTP/2 connection on a unix socket; it supports nothing else of gRPC. A call needs about half
 * the CPU that it needs with @grpc/grpc-js, and the harness shares its CPUs with the runtimes that it measures.
 */
export class UnaryChannel {
  readonly #socket: string;
  #session: ClientHttp2Session | null = null;

  /** @param socket connected at the first call; if the connection is lost, the next call connects again */
  constructor(socket: string) {
    this.#socket = socket;
  }

  /**
   * Sends a message and returns the response.
   *
   * @param path such as `/runtime.v1.RuntimeService/Version`
   * @throws GrpcFailure with code 4 after the time limit, 1 if the signal ends it, 14 if there is no connection
   */
  call(path: string, message: Buffer, { timeoutMs, signal }: UnaryOptions): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const session = this.#connected();
      const stream = session.request({
        ...grpcHeaders(path),
        "grpc-timeout": `${Math.ceil(timeoutMs)}m`,
      });
      let ended: GrpcFailure | null = null;
      let lost: Error | null = null;
      let status: IncomingHttpHeaders = {};
      const chunks: Buffer[] = [];
      const end = (code: number) => {
        ended ??= new GrpcFailure(code, code === cancelled ? "cancelled by the caller" : "deadline exceeded");
        stream.close(constants.NGHTTP2_CANCEL);
      };
      const stop = () => end(cancelled);
      const timer = setTimeout(end, timeoutMs, deadlineExceeded);
      signal?.addEventListener("abort", stop, { once: true });
      stream.on("response", head => {
        status = head;
      });
      stream.on("trailers", trailers => {
        status = { ...status, ...trailers };
      });
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("error", error => {
        lost = error;
      });
      stream.once("close", () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
        const failure = failureOf(status, lost);
        if (failure === null) resolve(unframed(Buffer.concat(chunks)).messages[0] ?? Buffer.alloc(0));
        else reject(ended ?? failure);
      });
      stream.end(framed(message));
    });
  }

  close(): void {
    this.#session?.close();
    this.#session = null;
  }

  #connected(): ClientHttp2Session {
    if (this.#session !== null && !this.#session.closed && !this.#session.destroyed) return this.#session;
    this.#session = connectGrpc(this.#socket);
    return this.#session;
  }
}

/** Returns why a finished call has no response; null if it has one. */
function failureOf(status: IncomingHttpHeaders, lost: Error | null): GrpcFailure | null {
  const code = status["grpc-status"];
  if (code === "0") return null;
  if (code !== undefined) return new GrpcFailure(Number(code), decoded(String(status["grpc-message"] ?? "")));
  const http = status[":status"];
  if (http !== undefined && Number(http) !== 200) {
    return new GrpcFailure(unimplemented, `an HTTP status of ${http} in place of a gRPC answer`);
  }
  const cause = lost?.cause instanceof Error ? lost.cause : lost;
  return new GrpcFailure(unavailable, cause?.message ?? "the connection was closed");
}

/** Decodes a message of gRPC, in which unprintable bytes are percent-encoded. */
function decoded(message: string): string {
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}
