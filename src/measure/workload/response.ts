import { get } from "node:http";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds between the beginnings of two attempts: the most by which an answer is seen too late. */
export const retryMs = 5;

/** Milliseconds until one attempt counts as unanswered: a lost packet must not hold up the next. */
const attemptMs = 1_000;

/** Where an answer is awaited. */
export interface Responder {
  readonly host: string;
  readonly port: number;
  /** The path of an HTTP request; null where a TCP connection is answer enough. */
  readonly path: string | null;
}

/** A first answer, by the machine's monotonic clock. */
export interface Response {
  readonly answeredNs: bigint;
  /** When the last attempt without an answer began; null if the first one was answered. */
  readonly refusedNs: bigint | null;
}

/**
 * Connects again and again, every 5 ms, until a process answers: a TCP connection is accepted, or an HTTP request gets a
 * status of 200 to 299.
 *
 * @throws the signal's reason once it is aborted; there is no other end
 */
export async function waitForResponse(responder: Responder, signal: AbortSignal): Promise<Response> {
  let refusedNs: bigint | null = null;
  while (true) {
    signal.throwIfAborted();
    const begunNs = process.hrtime.bigint();
    const next = delay(retryMs, undefined, { signal });
    // awaited only after an attempt without an answer
    next.catch(() => {});
    const answeredNs = await (responder.path === null ? tryConnection(responder) : tryRequest(responder));
    if (answeredNs !== null) return { answeredNs, refusedNs };
    refusedNs = begunNs;
    await next;
  }
}

/** @returns when the connection was accepted; null if it was not */
function tryConnection({ host, port }: Responder): Promise<bigint | null> {
  return new Promise(settle => {
    let answeredNs: bigint | null = null;
    const socket = connect({ host, port, timeout: attemptMs });
    socket.once("connect", () => {
      answeredNs = process.hrtime.bigint();
      socket.destroy();
    });
    socket.once("timeout", () => socket.destroy());
    // the close that follows tells it
    socket.once("error", () => {});
    socket.once("close", () => settle(answeredNs));
  });
}

/** @returns when the head of a 2xx answer arrived; null if none did */
function tryRequest({ host, port, path }: Responder): Promise<bigint | null> {
  return new Promise(settle => {
    let answeredNs: bigint | null = null;
    const request = get({ host, port, path: path ?? "/", agent: false, timeout: attemptMs }, response => {
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) answeredNs = process.hrtime.bigint();
      response.destroy();
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => {});
    request.once("close", () => settle(answeredNs));
  });
}
