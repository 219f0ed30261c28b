import type { MethodDefinition } from "@grpc/proto-loader";
import { fromJSON } from "@grpc/proto-loader";

/**
 * The part of CRI v1 (package `runtime.v1`) that rund-lab's client and replay server use: one definition, from which both the
 * wire format and the TypeScript types follow. Field numbers are the protocol's; unused fields are left out, which proto3 allows
 * on either side.
 */
const enums = {
  PodSandboxState: { values: { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } },
  CgroupDriver: { values: { SYSTEMD: 0, CGROUPFS: 1 } },
  NamespaceMode: { values: { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } },
  ContainerState: { values: { CONTAINER_CREATED: 0, CONTAINER_RUNNING: 1, CONTAINER_EXITED: 2, CONTAINER_UNKNOWN: 3 } },
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
  RuntimeConfigRequest: { fields: {} },
  RuntimeConfigResponse: { fields: { linux: { type: "LinuxRuntimeConfiguration", id: 1 } } },
  LinuxRuntimeConfiguration: { fields: { cgroupDriver: { type: "CgroupDriver", id: 1 } } },
  PodSandboxMetadata: {
    fields: {
      name: { type: "string", id: 1 },
      uid: { type: "string", id: 2 },
      namespace: { type: "string", id: 3 },
      attempt: { type: "uint32", id: 4 },
    },
  },
  NamespaceOption: { fields: { network: { type: "NamespaceMode", id: 1 }, pid: { type: "NamespaceMode", id: 2 } } },
  // an empty profile is RuntimeDefault
  SecurityProfile: { fields: {} },
  LinuxSandboxSecurityContext: {
    fields: { namespaceOptions: { type: "NamespaceOption", id: 1 }, seccomp: { type: "SecurityProfile", id: 9 } },
  },
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
      network: { type: "PodSandboxNetworkStatus", id: 5 },
      labels: { keyType: "string", type: "string", id: 7 },
      annotations: { keyType: "string", type: "string", id: 8 },
      runtimeHandler: { type: "string", id: 9 },
    },
  },
  PodSandboxNetworkStatus: { fields: { ip: { type: "string", id: 1 } } },
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
  ContainerMetadata: { fields: { name: { type: "string", id: 1 }, attempt: { type: "uint32", id: 2 } } },
  ImageSpec: { fields: { image: { type: "string", id: 1 } } },
  KeyValue: { fields: { key: { type: "string", id: 1 }, value: { type: "string", id: 2 } } },
  LinuxContainerResources: {
    fields: {
      cpuPeriod: { type: "int64", id: 1 },
      cpuQuota: { type: "int64", id: 2 },
      memoryLimitInBytes: { type: "int64", id: 4 },
    },
  },
  LinuxContainerSecurityContext: { fields: { namespaceOptions: { type: "NamespaceOption", id: 3 } } },
  LinuxContainerConfig: {
    fields: {
      resources: { type: "LinuxContainerResources", id: 1 },
      securityContext: { type: "LinuxContainerSecurityContext", id: 2 },
    },
  },
  ContainerConfig: {
    fields: {
      metadata: { type: "ContainerMetadata", id: 1 },
      image: { type: "ImageSpec", id: 2 },
      command: { rule: "repeated", type: "string", id: 3 },
      envs: { rule: "repeated", type: "KeyValue", id: 6 },
      labels: { keyType: "string", type: "string", id: 9 },
      logPath: { type: "string", id: 11 },
      linux: { type: "LinuxContainerConfig", id: 15 },
    },
  },
  CreateContainerRequest: {
    fields: {
      podSandboxId: { type: "string", id: 1 },
      config: { type: "ContainerConfig", id: 2 },
      sandboxConfig: { type: "PodSandboxConfig", id: 3 },
    },
  },
  CreateContainerResponse: { fields: { containerId: { type: "string", id: 1 } } },
  StartContainerRequest: { fields: { containerId: { type: "string", id: 1 } } },
  StartContainerResponse: { fields: {} },
  ContainerStatusRequest: { fields: { containerId: { type: "string", id: 1 } } },
  ContainerStatusResponse: { fields: { status: { type: "ContainerStatus", id: 1 } } },
  ContainerStatus: {
    fields: {
      id: { type: "string", id: 1 },
      state: { type: "ContainerState", id: 3 },
      exitCode: { type: "int32", id: 7 },
      reason: { type: "string", id: 10 },
      message: { type: "string", id: 11 },
    },
  },
  ImageStatusRequest: { fields: { image: { type: "ImageSpec", id: 1 } } },
  ImageStatusResponse: { fields: { image: { type: "Image", id: 1 } } },
  Image: {
    fields: {
      id: { type: "string", id: 1 },
      repoDigests: { rule: "repeated", type: "string", id: 3 },
      size: { type: "uint64", id: 4 },
    },
  },
  PullImageRequest: { fields: { image: { type: "ImageSpec", id: 1 } } },
  PullImageResponse: { fields: { imageRef: { type: "string", id: 1 } } },
} as const;

/** The calls of the subset, by service; the messages of each are named after it. */
const services = {
  RuntimeService: [
    "Version",
    "Status",
    "RuntimeConfig",
    "RunPodSandbox",
    "PodSandboxStatus",
    "ListPodSandbox",
    "StopPodSandbox",
    "RemovePodSandbox",
    "CreateContainer",
    "StartContainer",
    "ContainerStatus",
  ],
  ImageService: ["ImageStatus", "PullImage"],
} as const;

type Messages = typeof messages;

/** The TypeScript type of a field: 64-bit numbers are decimal texts, enums are their names, absent messages are null. */
type Scalar<Type> = Type extends "string" | "int64" | "uint64"
  ? string
  : Type extends "bool"
    ? boolean
    : Type extends "uint32" | "int32"
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

/** A CRI message by its name, with every field of the subset: a forgotten or misspelt field does not compile. */
export type Message<Name extends keyof Messages> = {
  readonly [Key in keyof Messages[Name]["fields"]]: FieldValue<Messages[Name]["fields"][Key]>;
};

export type CriMethod = (typeof services)[keyof typeof services][number];
export type CriRequest<Method extends CriMethod> = Message<`${Method}Request`>;
export type CriResponse<Method extends CriMethod> = Message<`${Method}Response`>;

/** The service as gRPC libraries take it: path, serializers and deserializers by method. */
export type CriService = {
  readonly [Method in CriMethod]: MethodDefinition<CriRequest<Method>, CriResponse<Method>>;
};

/**
 * Builds the definitions of `runtime.v1.RuntimeService` and `runtime.v1.ImageService`. Defaults are filled in when a message is
 * read, because SANDBOX_READY is 0 and is therefore not sent at all.
 *
 * @returns one definition per method; `path` is such as `/runtime.v1.RuntimeService/<Method>`
 */
export function criService(): CriService {
  const definitionsOf = (methods: readonly CriMethod[]) =>
    Object.fromEntries(
      methods.map(name => [name, { requestType: `${name}Request`, responseType: `${name}Response`, comment: "" }]),
    );
  const names = Object.keys(services) as (keyof typeof services)[];
  const calls = Object.fromEntries(names.map(name => [name, { methods: definitionsOf(services[name]) }]));
  const definitions = fromJSON(
    { nested: { runtime: { nested: { v1: { nested: { ...enums, ...messages, ...calls } } } } } },
    { longs: String, enums: String, defaults: true },
  );
  return Object.assign({}, ...names.map(name => definitions[`runtime.v1.${name}`])) as CriService;
}
