import { fromJSON, type MethodDefinition } from "@grpc/proto-loader";
import { type Messages, messageTypes } from "./fields.js";
import { UnaryChannel } from "./unary-channel.js";

/** A method of one of containerd's services, with the names of its messages. */
export interface ContainerdMethod {
  /** The service in lower case, such as `snapshots`. */
  readonly service: string;
  readonly request: string;
  readonly response: string;
}

type Definitions<Name extends string> = Readonly<Record<Name, MethodDefinition<object, object>>>;

/** Calls methods of containerd's own services, in the namespace of CRI: it exists wherever sandboxes are. */
export class ContainerdChannel<Name extends string> {
  readonly #channel: UnaryChannel;
  readonly #methods: Readonly<Record<Name, ContainerdMethod>>;
  readonly #definitions: Definitions<Name>;
  readonly #timeoutMs: number;

  /**
   * @param messages with the fields that are used. Their names may be any, because only the numbers of their fields and the
   * method's path are sent.
   */
  constructor(
    socket: string,
    messages: Messages,
    methods: Readonly<Record<Name, ContainerdMethod>>,
    timeoutMs: number,
  ) {
    const definitions = Object.entries<ContainerdMethod>(methods).map(([name, { request, response }]) => [
      name,
      { requestType: request, responseType: response, comment: "" },
    ]);
    const nested = { ...messageTypes(messages), Service: { methods: Object.fromEntries(definitions) } };
    this.#definitions = fromJSON({ nested }, { defaults: true }).Service as unknown as Definitions<Name>;
    this.#channel = new UnaryChannel(socket, { "containerd-namespace": "k8s.io" });
    this.#methods = methods;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Sends a request and returns all messages of the answer, of which a stream has any number.
   *
   * @throws GrpcFailure
   */
  async call<Response>(name: Name, request: object): Promise<readonly Response[]> {
    const { service } = this.#methods[name];
    const { requestSerialize, responseDeserialize } = this.#definitions[name];
    const path = `/containerd.services.${service}.v1.${service[0]!.toUpperCase()}${service.slice(1)}/${name}`;
    const options = { timeoutMs: this.#timeoutMs, signal: undefined };
    const messages = await this.#channel.messages(path, requestSerialize(request), options);
    return messages.map(message => responseDeserialize(message) as Response);
  }

  close(): void {
    this.#channel.close();
  }
}
