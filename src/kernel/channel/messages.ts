import type { Content } from "../../jupyter/wire.js";
import type { MimeBundle } from "../../present/notebook/display.js";

/** A request of the protocol thread to the engine on the main thread. The answer has the same `id`. */
export type Ask =
  | {
      readonly ask: "execute";
      readonly id: number;
      readonly code: string;
      /** Number of the cell's origin, which identifies its output and its late errors. */
      readonly cell: number;
      readonly count: number;
      readonly silent: boolean;
      /** Whether the front end answers requests for input. */
      readonly input: boolean;
      readonly expressions: Readonly<Record<string, string>>;
    }
  | { readonly ask: "complete" | "inspect"; readonly id: number; readonly code: string; readonly position: number }
  | { readonly ask: "isComplete"; readonly id: number; readonly code: string }
  /** A message of a comm: the protocol's type and content. All output that it causes belongs to `cell`. */
  | {
      readonly ask: "comm";
      readonly id: number;
      readonly cell: number;
      readonly type: string;
      readonly content: Content;
      readonly buffers: readonly Uint8Array[];
    }
  | { readonly ask: "commInfo"; readonly id: number; readonly target: unknown }
  /** Stops the work of request `id`. `turn` is stored in `ThreadState.handled` once the main thread sees it. */
  | { readonly ask: "interrupt"; readonly id: number; readonly turn: number; readonly why: "asked" | "memory" }
  | { readonly ask: "exit" };

/** The request to interrupt another one. */
export type InterruptAsk = Extract<Ask, { ask: "interrupt" }>;

/** Messages from the engine to the protocol thread, in the order of events; a message's content is JSON text. */
export type Tell =
  | {
      readonly tell: "publish";
      readonly cell: number;
      readonly type: string;
      readonly json: string;
      readonly metadata?: Content;
      readonly buffers?: readonly Uint8Array[];
    }
  /** A cell waits for a line of input. */
  | { readonly tell: "input"; readonly cell: number; readonly prompt: string }
  | { readonly tell: "answer"; readonly id: number; readonly answer: unknown }
  /** The engine is loaded. */
  | { readonly tell: "ready" };

/** An error as Jupyter shows it. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** The result of a cell. */
export interface Executed {
  readonly error?: ErrorContent;
  /** The last expression's value, ready to show; absent if the cell does not end in an expression. */
  readonly result?: { readonly data: MimeBundle; readonly metadata: Content };
  readonly payload: readonly Content[];
  readonly expressions: Readonly<Record<string, Content>>;
}

/** Cells of the Int32Array that both threads share. */
export const ThreadState = {
  /** The state of the main thread: 0 idle or in a cell, 1 in the compiler, which must not be terminated. */
  compiling: 0,
  /** The `turn` of the last interrupt that the main thread has handled. */
  handled: 1,
  /** 1 when the line for which a cell waits has arrived. */
  input: 2,
  /** The id of the request that a user asks to stop, for code that does not let the main thread read the message; otherwise 0. */
  asked: 3,
} as const;
