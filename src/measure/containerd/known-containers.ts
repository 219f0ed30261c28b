import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { fromJSON, type MethodDefinition } from "@grpc/proto-loader";

type List = MethodDefinition<
  { readonly filters: readonly string[] },
  { readonly containers: readonly { id: string }[] }
>;

/** Milliseconds that the list may take. */
const listMs = 10_000;

/**
 * Returns the ids of all sandboxes and containers that a containerd has on record, those in the middle of their creation
 * included: the list of CRI names them only later.
 *
 * @throws the error of gRPC if it does not answer
 */
export function knownContainers(socket: string): Promise<ReadonlySet<string>> {
  const { List: list } = fromJSON(
    {
      nested: {
        Request: { fields: { filters: { rule: "repeated", type: "string", id: 1 } } },
        Response: { fields: { containers: { rule: "repeated", type: "Container", id: 1 } } },
        Container: { fields: { id: { type: "string", id: 1 } } },
        Containers: { methods: { List: { requestType: "Request", responseType: "Response", comment: "" } } },
      },
    },
    { defaults: true },
  ).Containers as unknown as { readonly List: List };
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    "grpc.max_receive_message_length": 256 * 1024 * 1024,
    "grpc.enable_http_proxy": 0,
  });
  const metadata = new Metadata();
  metadata.set("containerd-namespace", "k8s.io");
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      "/containerd.services.containers.v1.Containers/List",
      list.requestSerialize,
      list.responseDeserialize,
      { filters: [] },
      metadata,
      { deadline: Date.now() + listMs },
      (error, response) => {
        client.close();
        if (error) reject(error);
        else resolve(new Set((response?.containers ?? []).map(({ id }) => id)));
      },
    );
  });
}
