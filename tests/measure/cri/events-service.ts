import { rmSync } from "node:fs";
import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { field } from "../../support/protobuf.js";

/** An event as containerd sends it, with the fields that a subscriber may rely on. */
export interface SentEvent {
  readonly topic: string;
  readonly id: string;
  readonly epochMs: number;
}

/** `containerd.types.Envelope`, encoded by hand from containerd's published field numbers. */
export function envelope({ topic, id, epochMs }: SentEvent): Buffer {
  const seconds = Math.floor(epochMs / 1000);
  const nanos = Math.round((epochMs - seconds * 1000) * 1e6);
  const any = Buffer.concat([field(1, "containerd.events.Some"), field(2, field(1, id))]);
  return Buffer.concat([
    field(1, Buffer.concat([field(1, seconds), field(2, nanos)])),
    field(2, "k8s.io"),
    field(3, topic),
    field(4, any),
  ]);
}

/** containerd's event service alone, on a socket: it sends what a test tells it to, and ends streams in the middle. */
export class EventsService {
  readonly #server = new Server();
  readonly #streams: ServerWritableStream<Buffer, Buffer>[] = [];
  readonly #subscribed: (() => void)[] = [];

  static async on(socket: string): Promise<EventsService> {
    rmSync(socket, { force: true });
    const service = new EventsService();
    await new Promise<void>((resolve, reject) =>
      service.#server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), error =>
        error === null ? resolve() : reject(error),
      ),
    );
    return service;
  }

  private constructor() {
    const bytes = (message: Buffer) => message;
    const subscribe = {
      path: "/containerd.services.events.v1.Events/Subscribe",
      requestStream: false,
      responseStream: true,
      requestSerialize: bytes,
      requestDeserialize: bytes,
      responseSerialize: bytes,
      responseDeserialize: bytes,
    };
    this.#server.addService({ subscribe } as never, {
      subscribe: (stream: ServerWritableStream<Buffer, Buffer>) => {
        this.#streams.push(stream);
        for (const resolve of this.#subscribed.splice(0)) resolve();
      },
    });
  }

  /** Resolves once somebody listens. */
  async subscribed(): Promise<void> {
    if (this.#streams.length === 0) await new Promise<void>(resolve => this.#subscribed.push(resolve));
  }

  send(...messages: readonly Buffer[]): void {
    for (const stream of this.#streams) for (const message of messages) stream.write(message);
  }

  /** Ends every stream with an error behind what was sent. */
  breakOff(): void {
    for (const stream of this.#streams.splice(0)) stream.emit("error", { code: 14, details: "broken off" });
  }

  close(): void {
    this.#server.forceShutdown();
  }
}
