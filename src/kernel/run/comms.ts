import { randomUUID } from "node:crypto";
import type { Content } from "../../jupyter/wire.js";
import type { Comm, CommMessage, CommOptions, Comms } from "../../present/notebook/display.js";
import { controlTarget, WidgetState, widgetTarget } from "./widget-state.js";

/** Sends a message of a comm to the front end. */
type SendComm = (type: string, content: Content, metadata: Content, buffers: readonly Uint8Array[]) => void;

/**
 * The comms of this kernel: channels between cells' code and widgets in the front end.
 *
 * It keeps the states of widgets, and answers the front end's requests for them. So a page that is opened again shows the widgets
 * as they were.
 */
export class OpenComms implements Comms {
  readonly #open = new Map<string, OpenComm>();
  readonly #targets = new Map<string, (comm: Comm, opened: CommMessage) => unknown>();

  constructor(private readonly send: SendComm) {
    this.register(controlTarget, comm => {
      comm.received = ({ data }) => {
        if (data.method === "request_states") answer(comm, WidgetState.updateAll(this.#widgets()));
      };
    });
  }

  open(target: string, data: Content, { id = randomUUID(), metadata = {}, buffers = [] }: CommOptions = {}): Comm {
    for (const [what, given] of Object.entries({ target, id })) {
      if (typeof given !== "string") throw new TypeError(`a comm's ${what}: expected text, found ${typeof given}`);
    }
    const comm = this.#add(id, target);
    comm.state?.apply({ data, buffers });
    this.send("comm_open", { comm_id: id, target_name: target, data }, metadata, buffers);
    return comm;
  }

  register(target: string, opened: (comm: Comm, message: CommMessage) => unknown): void {
    this.#targets.set(target, opened);
  }

  /** Returns the targets of the open comms by id, for comm_info_reply. */
  info(target: unknown): Record<string, { readonly target_name: string }> {
    const open = [...this.#open.values()].filter(each => typeof target !== "string" || each.target === target);
    return Object.fromEntries(open.map(each => [each.id, { target_name: each.target }]));
  }

  /** Receives a message of the front end. A message for a closed comm changes nothing. */
  async receive(type: string, content: Content, buffers: readonly Uint8Array[]): Promise<void> {
    const id = String(content.comm_id ?? "");
    const message = { data: (content.data ?? {}) as Content, buffers };
    const comm = this.#open.get(id);
    if (type === "comm_open") {
      const target = String(content.target_name ?? "");
      const opened = this.#targets.get(target);
      // a comm with an unknown target is closed again, as the protocol requires
      if (opened === undefined) this.send("comm_close", { comm_id: id, data: {} }, {}, []);
      else {
        const comm = this.#add(id, target);
        comm.state?.apply(message);
        await opened(comm, message);
      }
    } else if (type === "comm_close") {
      this.#open.delete(id);
      await comm?.closed?.(message);
    } else if (comm?.state !== undefined && message.data.method === "request_state") {
      answer(comm, comm.state.update());
    } else {
      if (message.data.method === "update") comm?.state?.apply(message);
      await comm?.received?.(message);
    }
  }

  #widgets(): Map<string, WidgetState> {
    return new Map([...this.#open].flatMap(([id, { state }]) => (state === undefined ? [] : [[id, state]])));
  }

  #add(id: string, target: string): OpenComm {
    const comm = new OpenComm(id, target, this.send, () => this.#open.delete(id));
    this.#open.set(id, comm);
    return comm;
  }
}

/** Sends a widget's state, which changes nothing in the kernel. */
const answer = (comm: Comm, { data, buffers }: CommMessage): void => comm.send(data, { buffers });

class OpenComm implements Comm {
  /** The state, if this is a widget. */
  readonly state: WidgetState | undefined;
  received: ((message: CommMessage) => unknown) | undefined;
  closed: ((message: CommMessage) => unknown) | undefined;

  constructor(
    readonly id: string,
    readonly target: string,
    private readonly sendComm: SendComm,
    private readonly forget: () => void,
  ) {
    if (target === widgetTarget) this.state = new WidgetState();
  }

  send(data: Content, { metadata = {}, buffers = [] }: Omit<CommOptions, "id"> = {}): void {
    if (data.method === "update") this.state?.apply({ data, buffers });
    this.sendComm("comm_msg", { comm_id: this.id, data }, metadata, buffers);
  }

  close(data: Content = {}): void {
    this.forget();
    this.sendComm("comm_close", { comm_id: this.id, data }, {}, []);
  }
}
