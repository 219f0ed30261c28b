import type { Content, Header, Message } from "../../jupyter/wire.js";
import type { Ask, ErrorContent, Executed } from "../channel/messages.js";
import { History, type HistoryQuery } from "./history.js";
import type { Interrupter } from "./interrupt.js";
import { kernelInfo } from "./kernel-info.js";

type RequestChannel = "shell" | "control";

/** Everything outside of `Requests` that it uses: the sockets, the main thread and the log. */
interface Effects {
  ask(message: Ask): void;
  publish(type: string, content: Content, parent: Header): void;
  reply(channel: RequestChannel, request: Message, type: string, content: Content): void;
  /** Opens a new origin of output and returns its number. */
  newCell(request: Message): number;
  /** Sends what is left, closes the sockets and ends the process. */
  stop(): Promise<void>;
  log(line: string): void;
  readonly interrupter: Pick<Interrupter, "interrupt" | "prepare">;
}

/** A request, and the channel on which it is answered. */
interface Received {
  readonly channel: RequestChannel;
  readonly request: Message;
}

/** Requests for which the main thread works. It works for one at a time. */
const mainThreadTypes: ReadonlySet<string> = new Set([
  ...["execute_request", "complete_request", "inspect_request", "is_complete_request", "comm_info_request"],
  ...["comm_open", "comm_msg", "comm_close"],
]);

/**
 * The requests of the protocol: one after the other, except that the control channel's are handled at once if they do not need the
 * main thread. Each is framed by `busy` and `idle`.
 */
export class Requests {
  readonly #queue: Received[] = [];
  readonly #history = new History();
  readonly #answers = new Map<number, (answer: unknown) => void>();
  #working = false;
  #stopping = false;
  #asked = 0;
  #count = 0;

  constructor(private readonly effects: Effects) {}

  receive(channel: RequestChannel, request: Message): void {
    const received = { channel, request };
    if (channel === "control" && !mainThreadTypes.has(request.header.msg_type)) void this.#handle(received);
    else {
      this.#queue.push(received);
      if (!this.#working) void this.#work();
    }
  }

  /** Handles the main thread's answer to the request with this number. */
  answered(id: number, answer: unknown): void {
    this.#answers.get(id)?.(answer);
    this.#answers.delete(id);
  }

  /** Whether the main thread has not answered the request with this number yet. */
  waits(id: number): boolean {
    return this.#answers.has(id);
  }

  /** Stops the request the main thread is working on; does nothing if it is idle. */
  interrupt(): void {
    if (this.#answers.size > 0) this.effects.interrupter.interrupt(this.#asked);
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let next = this.#queue.shift(); next !== undefined && !this.#stopping; next = this.#queue.shift()) {
      await this.#handle(next);
    }
    this.#working = false;
  }

  async #handle({ channel, request }: Received): Promise<void> {
    const { header } = request;
    this.effects.publish("status", { execution_state: "busy" }, header);
    const known = this.#handlers[header.msg_type];
    let content: Content;
    if (known !== undefined) {
      content = await known(request).catch(error => failure("KernelError", (error as Error).message));
    } else {
      this.effects.log(`unknown message type ${JSON.stringify(header.msg_type)}`);
      content = failure("UnknownMessageType", `unknown message type ${JSON.stringify(header.msg_type)}`);
    }
    if (known !== undefined || header.msg_type.endsWith("_request")) {
      const type = header.msg_type.replace(/_request$/, "_reply");
      if (content !== noReply) this.effects.reply(channel, request, type, content);
      if (type === "shutdown_reply") this.effects.publish(type, content, header);
    }
    this.effects.publish("status", { execution_state: "idle" }, header);
    if (
      header.msg_type === "execute_request" &&
      content.status === "error" &&
      request.content.stop_on_error !== false
    ) {
      await this.#abortQueued();
    }
    if (header.msg_type === "shutdown_request") {
      this.#stopping = true;
      await this.effects.stop();
    }
  }

  readonly #handlers: Record<string, (request: Message) => Promise<Content>> = {
    kernel_info_request: async () => kernelInfo,
    execute_request: request => this.#execute(request),
    complete_request: async ({ content }) => {
      const { code, position } = codeAt(content);
      const answer = await this.#ask<Content>({ ask: "complete", id: this.#next(), code, position });
      return { status: "ok", metadata: {}, ...answer };
    },
    inspect_request: async ({ content }) => {
      const { code, position } = codeAt(content);
      const text = await this.#ask<string | null>({ ask: "inspect", id: this.#next(), code, position });
      return { status: "ok", found: text !== null, data: text === null ? {} : { "text/plain": text }, metadata: {} };
    },
    is_complete_request: ({ content }) =>
      this.#ask<Content>({ ask: "isComplete", id: this.#next(), code: String(content.code ?? "") }),
    history_request: async ({ content }) => ({
      status: "ok",
      history: this.#history.rows(content as HistoryQuery),
    }),
    comm_info_request: async ({ content }) => {
      const answer = await this.#ask<Content>({ ask: "commInfo", id: this.#next(), target: content.target_name });
      return { status: "ok", ...answer };
    },
    comm_open: request => this.#comm(request),
    comm_msg: request => this.#comm(request),
    comm_close: request => this.#comm(request),
    interrupt_request: async () => {
      interruptGroup(() => this.interrupt());
      return { status: "ok" };
    },
    shutdown_request: async ({ content }) => ({ status: "ok", restart: content.restart === true }),
  };

  #next(): number {
    return ++this.#asked;
  }

  #ask<Answer>(message: Exclude<Ask, { ask: "interrupt" | "exit" }>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#answers.set(message.id, answer => {
        const { fault } = (answer ?? {}) as { fault?: string };
        if (fault !== undefined) reject(new Error(fault));
        else resolve(answer as Answer);
      });
      this.effects.ask(message);
    });
  }

  /** Passes a comm's message to the code that waits for it, and shows an error that it causes. */
  async #comm(request: Message): Promise<Content> {
    const { header, content, buffers } = request;
    const id = this.#next();
    this.effects.interrupter.prepare(id);
    const cell = this.effects.newCell(request);
    const type = header.msg_type;
    const executed = await this.#ask<Executed>({ ask: "comm", id, cell, type, content, buffers });
    if (executed.error !== undefined) this.effects.publish("error", { ...executed.error }, header);
    return noReply;
  }

  async #execute(request: Message): Promise<Content> {
    const { header, content } = request;
    if (typeof content.code !== "string")
      return failure("BadRequest", `expected text in code, found ${JSON.stringify(content.code) ?? "nothing"}`);
    const { code } = content;
    const silent = content.silent === true;
    const stored = !silent && content.store_history !== false;
    if (stored) this.#count++;
    const count = this.#count;
    if (!silent) this.effects.publish("execute_input", { code, execution_count: count }, header);

    const id = this.#next();
    this.effects.interrupter.prepare(id);
    const executed = await this.#ask<Executed>({
      ask: "execute",
      id,
      code,
      cell: this.effects.newCell(request),
      count,
      silent,
      input: content.allow_stdin === true,
      expressions: (content.user_expressions ?? {}) as Record<string, string>,
    });

    const { error, result, payload, expressions } = executed;
    if (stored) this.#history.add(count, code, (result?.data["text/plain"] as string | undefined) ?? null);
    if (!silent && result !== undefined) {
      this.effects.publish("execute_result", { execution_count: count, ...result }, header);
    }
    if (!silent && error !== undefined) this.effects.publish("error", { ...error }, header);
    return error === undefined
      ? { status: "ok", execution_count: count, payload, user_expressions: expressions }
      : { status: "error", execution_count: count, ...error, payload, user_expressions: expressions };
  }

  /** Aborts the cells that were sent together with a cell that has failed. */
  async #abortQueued(): Promise<void> {
    // this includes requests that have arrived but are not read yet
    await new Promise(resolve => setImmediate(resolve));
    for (const received of this.#queue.splice(0)) {
      const { channel, request } = received;
      if (request.header.msg_type !== "execute_request") {
        await this.#handle(received);
        continue;
      }
      this.effects.publish("status", { execution_state: "busy" }, request.header);
      this.effects.reply(channel, request, "execute_reply", { status: "aborted" });
      this.effects.publish("status", { execution_state: "idle" }, request.header);
    }
  }
}

/** The content that stands for no reply. */
const noReply: Content = {};

const failure = (ename: string, evalue: string): Content & ErrorContent & { status: "error" } => ({
  status: "error",
  ename,
  evalue,
  traceback: [`${ename}: ${evalue}`],
});

function codeAt(content: Content): { code: string; position: number } {
  const code = String(content.code ?? "");
  return { code, position: typeof content.cursor_pos === "number" ? content.cursor_pos : [...code].length };
}

/**
 * Interrupts the cell's child processes as a signal to the process group would. If the kernel leads a group, it signals the
 * group, which includes itself.
 */
function interruptGroup(otherwise: () => void): void {
  try {
    process.kill(-process.pid, "SIGINT");
  } catch {
    otherwise();
  }
}
