import { type MessageOf, type Messages, type Methods, methodDefinitions } from "./fields.js";
import { UnaryChannel } from "./unary-channel.js";

/** Methods of containerd's services, each with its service in lower case. */
type ServiceMethods<All> = Methods<All> & Readonly<Record<string, { readonly service: string }>>;

/** Calls methods of containerd's own services in the containerd namespace `k8s.io`, which contains all sandboxes of CRI. */
export class ContainerdChannel<const All extends Messages, const Known extends ServiceMethods<All>> {
  readonly #channel: UnaryChannel;
  readonly #methods: Known;
  readonly #definitions: ReturnType<typeof methodDefinitions<All, Known>>;
  readonly #timeoutMs: number;

  /**
   * @param messages with the fields that are used. Their names are not sent, only the numbers of their fields and the method's
   * path.
   * @param timeoutMs the time limit of a call
   */
  constructor(socket: string, messages: All, methods: Known, timeoutMs: number) {
    this.#definitions = methodDefinitions(messages, methods);
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
    const message = requestSerialize(request as MessageOf<All, Known[Name]["request"]>);
    return (await this.#channel.messages(path, message, options)).map(responseDeserialize);
  }

  close(): void {
    this.#channel.close();
  }
}
