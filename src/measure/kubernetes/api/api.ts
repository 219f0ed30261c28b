import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { ClusterError, clusterReason } from "./errors.js";
import type { ClusterAccess } from "./kubeconfig.js";

/** One request to the API server. */
interface ApiRequest {
  readonly method?: "GET" | "POST" | "DELETE";
  /** Such as `/api/v1/namespaces/x/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Time limit for all attempts together, in milliseconds; by default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** An API server. Every failure is a `ClusterError`. */
export interface Api {
  readonly access: ClusterAccess;
  /** Returns the document. If the server is too busy (429, Retry-After), it waits and sends the request again. */
  call<Result>(request: ApiRequest): Promise<Result>;
  /** Returns plain text, such as a log. */
  text(request: ApiRequest): Promise<string>;
  /** Returns the open response, after its head has arrived. */
  open(request: ApiRequest): Promise<IncomingMessage>;
  close(): void;
}

/** Maximum wait in seconds before a request is sent again to a busy server, even if the server names a longer one. */
const longestWaitS = 30;

/** Connects to an API server. Connections are kept and reused; each request of a round has its own. */
export function connectApi(access: ClusterAccess): Api {
  const secure = access.server.protocol === "https:";
  const agent = secure ? new HttpsAgent({ keepAlive: true, ...access.tls }) : new HttpAgent({ keepAlive: true });
  const send = secure ? httpsRequest : httpRequest;
  const where = (path: string) => `${access.server.host}${path}`;

  async function attempt(request: ApiRequest, timeoutMs: number): Promise<IncomingMessage> {
    const { method = "GET", path, query = {}, body, signal } = request;
    const url = new URL(access.server.pathname.replace(/\/$/, "") + path, access.server);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const options: RequestOptions = {
      method,
      agent,
      headers: {
        ...(await access.headers()),
        Accept: "application/json, */*",
        // the server's audit log contains this name
        "User-Agent": "rund-lab",
        ...(payload === undefined ? {} : { "Content-Type": "application/json", "Content-Length": payload.length }),
      },
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((settle, fail) => {
      const sent = send(url, options, response => {
        clearTimeout(timer);
        settle(response);
      });
      const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      sent.on("error", cause => {
        clearTimeout(timer);
        fail(
          signal?.aborted === true
            ? new ClusterError("aborted", null, where(path), "the request was aborted", cause)
            : new ClusterError("unavailable", null, where(path), cause.message, cause),
        );
      });
      sent.end(payload);
    });
  }

  async function open(request: ApiRequest): Promise<IncomingMessage> {
    const { path, timeoutMs = 30_000, signal } = request;
    const deadline = performance.now() + timeoutMs;
    while (true) {
      const left = Math.max(1, deadline - performance.now());
      const response = await attempt(request, left);
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) return response;
      const message = statusMessage(await readAll(response, where(path)), status);
      const waitMs = 1000 * Math.min(longestWaitS, Number(response.headers["retry-after"] ?? 1) || 1);
      // a server that is starting or stopping answers 503 with Retry-After
      const busy = status === 429 || (status === 503 && response.headers["retry-after"] !== undefined);
      if (!busy || waitMs > deadline - performance.now()) {
        const reason = status >= 500 && status !== 500 ? "unavailable" : clusterReason(status);
        throw new ClusterError(reason, status, where(path), message);
      }
      await delay(waitMs, undefined, signal === undefined ? {} : { signal });
    }
  }

  const text = async (request: ApiRequest) => readAll(await open(request), where(request.path));
  return {
    access,
    open,
    text,
    call: async <Result>(request: ApiRequest) => JSON.parse(await text(request)) as Result,
    close: () => agent.destroy(),
  };
}

async function readAll(response: IncomingMessage, where: string): Promise<string> {
  const parts: Buffer[] = [];
  try {
    for await (const part of response) parts.push(part as Buffer);
  } catch (cause) {
    throw new ClusterError("unavailable", null, where, "the connection broke in the middle of the answer", cause);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Returns the server's message: that of a Status object, or the whole text. */
function statusMessage(body: string, status: number): string {
  try {
    const { message } = JSON.parse(body) as { message?: string };
    if (message !== undefined && message !== "") return message;
  } catch {
    // a proxy in front of the server has its own form of answers
  }
  return body.trim().split("\n")[0] || `HTTP status ${status}`;
}
