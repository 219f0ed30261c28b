import { fromJSON, type MethodDefinition } from "@grpc/proto-loader";
import { type MessageOf, type Messages, messageTypes } from "./fields.js";
import { UnaryChannel } from "./unary-channel.js";

/** Methods of containerd's services by name: each with its service in lower case, and the names of its two messages. */
type Methods<All> = Readonly<
  Record<string, { readonly service: string; readonly request: keyof All; readonly response: keyof All }>
>;

/** Calls methods of containerd's own services in the containerd namespace `k8s.io`, which contains all sandboxes of CRI. */
export class ContainerdChannel<const All extends Messages, const Known extends Methods<All>> {
  readonly #channel: UnaryChannel;
  readonly #methods: Known;
  readonly #definitions: Readonly<Record<keyof Known, MethodDefinition<object, object>>>;
  readonly #timeoutMs: number;

  /**
   * @param messages with the fields that are used. Their names are not sent, only the numbers of their fields and the method's
   * path.
   * @param timeoutMs the time limit of a call
   */
  constructor(socket: string, messages: All, methods: Known, timeoutMs: number) {
    const types = Object.entries(methods).map(([name, { request, response }]) => [
      name,
      { requestType: String(request), responseType: String(response), comment: "" },
    ]);
    const nested = { ...messageTypes(messages), Service: { methods: Object.fromEntries(types) } };
    const definitions = fromJSON({ nested }, { longs: String, defaults: true });
    this.#definitions = definitions.Service as unknown as Readonly<
      Record<keyof Known, MethodDefinition<object, object>>
    >;
    this.#channel = new UnaryChannel(socket, { "containerd-namespace": "k8s.io" });
    this.#methods = methods;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Sends a request and returns all messages of the answer; a streaming method sends any number of them.
   *
   * @throws GrpcFailure
   */
  async call<Name extends keyof Known & string>(
    name: Name,
    request: Partial<MessageOf<All, Known[Name]["request"]>>,
  ): Promise<readonly MessageOf<All, Known[Name]["response"]>[]> {
    const { service } = this.#methods[name]!;
    const { requestSerialize, responseDeserialize } = this.#definitions[name];
    const path = `/containerd.services.${service}.v1.${service[0]!.toUpperCase()}${service.slice(1)}/${name}`;
    const options = { timeoutMs: this.#timeoutMs, signal: undefined };
    const answers = await this.#channel.messages(path, requestSerialize(request), options);
    return answers.map(answer => responseDeserialize(answer) as MessageOf<All, Known[Name]["response"]>);
  }

  close(): void {
    this.#channel.close();
  }
}
