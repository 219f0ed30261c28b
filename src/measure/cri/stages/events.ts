import { field, methodDefinitions, repeated, text } from "../grpc/fields.js";
import { framed, requestHead, unframed } from "../grpc/grpc-messages.js";
import { Http2Connection, type Stream } from "../http2/connection.js";

/** An event of containerd about one sandbox or container. */
export interface ContainerdEvent {
  /** Such as `/tasks/start`. */
  readonly topic: string;
  /** The sandbox's or container's id. */
  readonly id: string;
  /** The time by containerd's clock, in milliseconds since 1970, to the microsecond. */
  readonly epochMs: number;
}

/** Topics for moments of a start that are not in containerd's events; its log or its spans report them. */
export const reported = { shim: "shim up", networkBegin: "network begins", networkEnd: "network ends" } as const;

/** The topics of a start, and the updates before and after the pod's network is set up. */
const topics = ["/snapshot/prepare", "/containers/create", "/containers/update", "/tasks/create", "/tasks/start"];

/**
 * Listens to containerd's event stream on its socket. Events stay in the socket until they are needed, so that listening needs
 * no CPU during a measurement; each event contains containerd's own time.
 */
export class EventStream {
  readonly #connection: Http2Connection;
  readonly #stream: Stream;
  readonly #events: ContainerdEvent[] = [];
  #broken = false;

  /** @param socket containerd's own; for any other CRI service the stream ends at once */
  constructor(socket: string) {
    const path = "/containerd.services.events.v1.Events/Subscribe";
    const { requestSerialize } = subscribe();
    const filters = topics.map(topic => `namespace==k8s.io,topic==${JSON.stringify(topic)}`);
    this.#connection = new Http2Connection(socket, false);
    this.#stream = this.#connection.send(requestHead(path), framed(requestSerialize({ filters })), () => {
      this.#broken = true;
    });
  }

  /** Whether the service has ended the stream, or has no event stream. */
  get broken(): boolean {
    return this.#broken;
  }

  /**
   * Returns the events so far, in the order in which they arrived; a damaged message is left out. The first call starts to
   * read, so that later calls return what was sent before it.
   */
  events(): readonly ContainerdEvent[] {
    this.#connection.read();
    const { pieces } = this.#stream;
    const { messages, rest } = unframed(Buffer.concat(pieces.splice(0)));
    pieces.push(rest);
    for (const message of messages) {
      const event = readEnvelope(message);
      if (event !== undefined) this.#events.push(event);
    }
    return this.#events;
  }

  close(): void {
    this.#stream.cancel();
    this.#connection.close();
  }
}

/** The messages of `containerd.services.events.v1.Events/Subscribe`, with the fields that are read here. */
const messages = {
  SubscribeRequest: { filters: repeated("string", 1) },
  Timestamp: { seconds: field("int64", 1), nanos: field("int32", 2) },
  Any: { value: field("bytes", 2) },
  // containerd.types.Envelope
  Envelope: { timestamp: field("Timestamp", 1), topic: text(3), event: field("Any", 4) },
};

const buildSubscribe = () =>
  methodDefinitions(messages, { Subscribe: { request: "SubscribeRequest", response: "Envelope" } }).Subscribe;
let definition: ReturnType<typeof buildSubscribe> | undefined;

function subscribe() {
  definition ??= buildSubscribe();
  return definition;
}

function readEnvelope(message: Buffer): ContainerdEvent | undefined {
  try {
    const { timestamp, topic, event } = subscribe().responseDeserialize(message);
    const id = firstText(event?.value ?? Buffer.alloc(0));
    if (timestamp === null || id === undefined) return undefined;
    return { topic, id, epochMs: Number(timestamp.seconds) * 1000 + Math.round(timestamp.nanos / 1000) / 1000 };
  } catch {
    return undefined;
  }
}

/**
 * Returns the first field of a protobuf message if it is a text. In every event that is used, this is the id (a snapshot's key is
 * also the id).
 *
 * @example firstText(Buffer.from("0a0361626312", "hex")) // "abc"
 */
export function firstText(message: Buffer): string | undefined {
  if (message[0] !== 0x0a) return undefined;
  const length = message[1] ?? 0;
  // a longer text would need a second byte for its length, and no id is that long
  return length < 0x80 && message.length >= 2 + length ? message.toString("utf8", 2, 2 + length) : undefined;
}
