import type { MethodDefinition } from "@grpc/proto-loader";
import { fromJSON } from "@grpc/proto-loader";

/**
 * The part of CRI v1 (package `runtime.v1`) that rund-lab speaks, client and replay server alike: one definition, from which
 * both the wire format and the TypeScript types follow. Field numbers are the protocol's; fields nobody here uses are
 * left out, which proto3 allows on either side.
 */
const enums = {
  PodSandboxState: { values: { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } },
  NamespaceMode: { values: { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } },
} as const;

const messages = {
  VersionRequest: { fields: { version: { type: "string", id: 1 } } },
  VersionResponse: {
    fields: {
      version: { type: "string", id: 1 },
      runtimeName: { type: "string", id: 2 },
      runtimeVersion: { type: "string", id: 3 },
      runtimeApiVersion: { type: "string", id: 4 },
    },
  },
  StatusRequest: { fields: { verbose: { type: "bool", id: 1 } } },
  StatusResponse: {
    fields: { status: { type: "RuntimeStatus", id: 1 }, info: { keyType: "string", type: "string", id: 2 } },
  },
  RuntimeStatus: { fields: { conditions: { rule: "repeated", type: "RuntimeCondition", id: 1 } } },
  RuntimeCondition: {
    fields: {
      type: { type: "string", id: 1 },
      status: { type: "bool", id: 2 },
      reason: { type: "string", id: 3 },
      message: { type: "string", id: 4 },
    },
  },
  PodSandboxMetadata: {
    fields: {
      name: { type: "string", id: 1 },
      uid: { type: "string", id: 2 },
      namespace: { type: "string", id: 3 },
      attempt: { type: "uint32", id: 4 },
    },
  },
  NamespaceOption: { fields: { network: { type: "NamespaceMode", id: 1 } } },
  LinuxSandboxSecurityContext: { fields: { namespaceOptions: { type: "NamespaceOption", id: 1 } } },
  LinuxPodSandboxConfig: {
    fields: {
      cgroupParent: { type: "string", id: 1 },
      securityContext: { type: "LinuxSandboxSecurityContext", id: 2 },
    },
  },
  PodSandboxConfig: {
    fields: {
      metadata: { type: "PodSandboxMetadata", id: 1 },
      hostname: { type: "string", id: 2 },
      logDirectory: { type: "string", id: 3 },
      labels: { keyType: "string", type: "string", id: 6 },
      annotations: { keyType: "string", type: "string", id: 7 },
      linux: { type: "LinuxPodSandboxConfig", id: 8 },
    },
  },
  RunPodSandboxRequest: {
    fields: { config: { type: "PodSandboxConfig", id: 1 }, runtimeHandler: { type: "string", id: 2 } },
  },
  RunPodSandboxResponse: { fields: { podSandboxId: { type: "string", id: 1 } } },
  StopPodSandboxRequest: { fields: { podSandboxId: { type: "string", id: 1 } } },
  StopPodSandboxResponse: { fields: {} },
  RemovePodSandboxRequest: { fields: { podSandboxId: { type: "string", id: 1 } } },
  RemovePodSandboxResponse: { fields: {} },
  PodSandboxStatusRequest: { fields: { podSandboxId: { type: "string", id: 1 } } },
  PodSandboxStatusResponse: { fields: { status: { type: "PodSandboxStatus", id: 1 } } },
  PodSandboxStatus: {
    fields: {
      id: { type: "string", id: 1 },
      metadata: { type: "PodSandboxMetadata", id: 2 },
      state: { type: "PodSandboxState", id: 3 },
      createdAt: { type: "int64", id: 4 },
      labels: { keyType: "string", type: "string", id: 7 },
      annotations: { keyType: "string", type: "string", id: 8 },
      runtimeHandler: { type: "string", id: 9 },
    },
  },
  PodSandboxStateValue: { fields: { state: { type: "PodSandboxState", id: 1 } } },
  PodSandboxFilter: {
    fields: {
      id: { type: "string", id: 1 },
      state: { type: "PodSandboxStateValue", id: 2 },
      labelSelector: { keyType: "string", type: "string", id: 3 },
    },
  },
  ListPodSandboxRequest: { fields: { filter: { type: "PodSandboxFilter", id: 1 } } },
  ListPodSandboxResponse: { fields: { items: { rule: "repeated", type: "PodSandbox", id: 1 } } },
  PodSandbox: {
    fields: {
      id: { type: "string", id: 1 },
      metadata: { type: "PodSandboxMetadata", id: 2 },
      state: { type: "PodSandboxState", id: 3 },
      createdAt: { type: "int64", id: 4 },
      labels: { keyType: "string", type: "string", id: 5 },
      annotations: { keyType: "string", type: "string", id: 6 },
      runtimeHandler: { type: "string", id: 7 },
    },
  },
} as const;

/** The calls of the subset; the messages of each are named after it. */
const methods = [
  "Version",
  "Status",
  "RunPodSandbox",
  "PodSandboxStatus",
  "ListPodSandbox",
  "StopPodSandbox",
  "RemovePodSandbox",
] as const;

type Messages = typeof messages;

/** A field's value: 64-bit numbers travel as decimal text, enums as their names, absent messages as null. */
type Scalar<Type> = Type extends "string" | "int64"
  ? string
  : Type extends "bool"
    ? boolean
    : Type extends "uint32"
      ? number
      : Type extends keyof typeof enums
        ? keyof (typeof enums)[Type]["values"]
        : Type extends keyof Messages
          ? Message<Type> | null
          : never;

type FieldValue<Field> = Field extends { keyType: "string"; type: infer Type }
  ? Readonly<Record<string, Scalar<Type>>>
  : Field extends { rule: "repeated"; type: infer Type }
    ? readonly NonNullable<Scalar<Type>>[]
    : Field extends { type: infer Type }
      ? Scalar<Type>
      : never;

/** A CRI message by its name, every field of the subset present: what is forgotten or misspelt does not compile. */
export type Message<Name extends keyof Messages> = {
  readonly [Key in keyof Messages[Name]["fields"]]: FieldValue<Messages[Name]["fields"][Key]>;
};

export type CriMethod = (typeof methods)[number];
export type CriRequest<Method extends CriMethod> = Message<`${Method}Request`>;
export type CriResponse<Method extends CriMethod> = Message<`${Method}Response`>;

/** The service as gRPC libraries take it: path, serializers and deserializers by method. */
export type CriService = {
  readonly [Method in CriMethod]: MethodDefinition<CriRequest<Method>, CriResponse<Method>>;
};

/**
 * Builds the service definition of `runtime.v1.RuntimeService`. Defaults are filled in when a message is read, since
 * SANDBOX_READY is 0 and so is not on the wire at all.
 *
 * @returns one definition per method; `path` is `/runtime.v1.RuntimeService/<Method>`
 */
export function criService(): CriService {
  const calls = methods.map(name => {
    return [name, { requestType: `${name}Request`, responseType: `${name}Response`, comment: "" }] as const;
  });
  const v1 = { ...enums, ...messages, RuntimeService: { methods: Object.fromEntries(calls) } };
  const definitions = fromJSON(
    { nested: { runtime: { nested: { v1: { nested: v1 } } } } },
    { longs: String, enums: String, defaults: true },
  );
  return definitions["runtime.v1.RuntimeService"] as unknown as CriService;
}
