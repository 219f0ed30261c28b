import { get } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between the beginnings of two attempts, which is the largest error of the answer's time. */
export const retryMs = 5;

/** Milliseconds after which an attempt counts as unanswered, so that a lost packet does not delay the next one. */
const attemptMs = 1_000;

/** The address at which an answer is awaited. */
export interface Responder {
  readonly host: string;
  readonly port: number;
  /** The path of an HTTP request; null if a TCP connection is enough. */
  readonly path: string | null;
}

/** A first answer, by the machine's monotonic clock. */
export interface Response {
  readonly answeredNs: bigint;
  /** When the last attempt without an answer began; null if the first one was answered. */
  readonly refusedNs: bigint | null;
}

/**
 * Connects every 5 ms until a process answers: a TCP connection is accepted, or an HTTP request gets a status of 200 to 299.
 *
 * @throws the signal's reason when it is aborted; otherwise it never ends without an answer
 */
export async function waitForResponse(responder: Responder, signal: AbortSignal): Promise<Response> {
  let refusedNs: bigint | null = null;
  while (true) {
    signal.throwIfAborted();
    const begunNs = process.hrtime.bigint();
    const next = delay(retryMs, undefined, { signal });
    // awaited only after an attempt without an answer
    next.catch(() => {});
    const answeredNs = await attempt(responder);
    if (answeredNs !== null) return { answeredNs, refusedNs };
    refusedNs = begunNs;
    await next;
  }
}

/**
 * Connects once and, if a path is given, sends an HTTP request over the connection. Most attempts are refused, so a request is
 * sent only after a connection, and refusals cost little.
 *
 * @returns when the connection was accepted, or its request answered with 2xx; null if it was not
 */
function attempt({ host, port, path }: Responder): Promise<bigint | null> {
  return new Promise(settle => {
    let answeredNs: bigint | null = null;
    const answered = () => {
      answeredNs = process.hrtime.bigint();
    };
    const socket = connect({ host, port, timeout: attemptMs });
    socket.once("timeout", () => socket.destroy());
    // the close event that follows reports it
    socket.on("error", () => {});
    socket.once("close", () => settle(answeredNs));
    socket.once("connect", () => {
      if (path === null) {
        answered();
        socket.destroy();
        return;
      }
      const request = get({ host, port, path, createConnection: () => socket }, ({ statusCode = 0 }) => {
        if (statusCode >= 200 && statusCode < 300) answered();
        socket.destroy();
      });
      request.on("error", () => {});
    });
  });
}
