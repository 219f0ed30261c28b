import { fromJSON, type MethodDefinition } from "@grpc/proto-loader";
import { field, type MessageOf, messageTypes, repeated, text, texts } from "./fields.js";

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
  VersionRequest: { version: text(1) },
  VersionResponse: { version: text(1), runtimeName: text(2), runtimeVersion: text(3), runtimeApiVersion: text(4) },
  StatusRequest: { verbose: field("bool", 1) },
  StatusResponse: { status: field("RuntimeStatus", 1), info: texts(2) },
  RuntimeStatus: { conditions: repeated("RuntimeCondition", 1) },
  RuntimeCondition: { type: text(1), status: field("bool", 2), reason: text(3), message: text(4) },
  RuntimeConfigRequest: {},
  RuntimeConfigResponse: { linux: field("LinuxRuntimeConfiguration", 1) },
  LinuxRuntimeConfiguration: { cgroupDriver: field("CgroupDriver", 1) },
  PodSandboxMetadata: { name: text(1), uid: text(2), namespace: text(3), attempt: field("uint32", 4) },
  NamespaceOption: { network: field("NamespaceMode", 1), pid: field("NamespaceMode", 2) },
  // an empty profile is RuntimeDefault
  SecurityProfile: {},
  LinuxSandboxSecurityContext: { namespaceOptions: field("NamespaceOption", 1), seccomp: field("SecurityProfile", 9) },
  LinuxPodSandboxConfig: { cgroupParent: text(1), securityContext: field("LinuxSandboxSecurityContext", 2) },
  PodSandboxConfig: {
    metadata: field("PodSandboxMetadata", 1),
    hostname: text(2),
    logDirectory: text(3),
    labels: texts(6),
    annotations: texts(7),
    linux: field("LinuxPodSandboxConfig", 8),
  },
  RunPodSandboxRequest: { config: field("PodSandboxConfig", 1), runtimeHandler: text(2) },
  RunPodSandboxResponse: { podSandboxId: text(1) },
  StopPodSandboxRequest: { podSandboxId: text(1) },
  StopPodSandboxResponse: {},
  RemovePodSandboxRequest: { podSandboxId: text(1) },
  RemovePodSandboxResponse: {},
  PodSandboxStatusRequest: { podSandboxId: text(1) },
  PodSandboxStatusResponse: { status: field("PodSandboxStatus", 1) },
  PodSandboxStatus: {
    id: text(1),
    metadata: field("PodSandboxMetadata", 2),
    state: field("PodSandboxState", 3),
    createdAt: field("int64", 4),
    network: field("PodSandboxNetworkStatus", 5),
    labels: texts(7),
    annotations: texts(8),
    runtimeHandler: text(9),
  },
  PodSandboxNetworkStatus: { ip: text(1) },
  PodSandboxStateValue: { state: field("PodSandboxState", 1) },
  PodSandboxFilter: { id: text(1), state: field("PodSandboxStateValue", 2), labelSelector: texts(3) },
  ListPodSandboxRequest: { filter: field("PodSandboxFilter", 1) },
  ListPodSandboxResponse: { items: repeated("PodSandbox", 1) },
  PodSandbox: {
    id: text(1),
    metadata: field("PodSandboxMetadata", 2),
    state: field("PodSandboxState", 3),
    createdAt: field("int64", 4),
    labels: texts(5),
    annotations: texts(6),
    runtimeHandler: text(7),
  },
  ContainerMetadata: { name: text(1), attempt: field("uint32", 2) },
  ImageSpec: { image: text(1) },
  KeyValue: { key: text(1), value: text(2) },
  LinuxContainerResources: {
    cpuPeriod: field("int64", 1),
    cpuQuota: field("int64", 2),
    memoryLimitInBytes: field("int64", 4),
  },
  LinuxContainerSecurityContext: { namespaceOptions: field("NamespaceOption", 3) },
  LinuxContainerConfig: {
    resources: field("LinuxContainerResources", 1),
    securityContext: field("LinuxContainerSecurityContext", 2),
  },
  ContainerConfig: {
    metadata: field("ContainerMetadata", 1),
    image: field("ImageSpec", 2),
    command: repeated("string", 3),
    envs: repeated("KeyValue", 6),
    labels: texts(9),
    logPath: text(11),
    linux: field("LinuxContainerConfig", 15),
  },
  CreateContainerRequest: {
    podSandboxId: text(1),
    config: field("ContainerConfig", 2),
    sandboxConfig: field("PodSandboxConfig", 3),
  },
  CreateContainerResponse: { containerId: text(1) },
  StartContainerRequest: { containerId: text(1) },
  StartContainerResponse: {},
  ContainerStatusRequest: { containerId: text(1) },
  ContainerStatusResponse: { status: field("ContainerStatus", 1) },
  ContainerStatus: {
    id: text(1),
    state: field("ContainerState", 3),
    exitCode: field("int32", 7),
    reason: text(10),
    message: text(11),
  },
  ImageStatusRequest: { image: field("ImageSpec", 1) },
  ImageStatusResponse: { image: field("Image", 1) },
  Image: { id: text(1), repoDigests: repeated("string", 3), size: field("uint64", 4) },
  PullImageRequest: { image: field("ImageSpec", 1) },
  PullImageResponse: { imageRef: text(1) },
} as const;

/** The calls that are used, by service. The two messages of each are named after it. */
const services = {
  RuntimeService: [
    ...(["Version", "Status", "RuntimeConfig"] as const),
    ...(["RunPodSandbox", "PodSandboxStatus", "ListPodSandbox", "StopPodSandbox", "RemovePodSandbox"] as const),
    ...(["CreateContainer", "StartContainer", "ContainerStatus"] as const),
  ],
  ImageService: ["ImageStatus", "PullImage"],
} as const;

type Enums = { readonly [Name in keyof typeof enums]: keyof (typeof enums)[Name]["values"] };

/** A CRI message by its name. */
export type Message<Name extends keyof typeof messages> = MessageOf<typeof messages, Name, Enums>;

export type CriMethod = (typeof services)[keyof typeof services][number];
export type CriRequest<Method extends CriMethod> = Message<`${Method}Request`>;
export type CriResponse<Method extends CriMethod> = Message<`${Method}Response`>;

/** The service in the form that gRPC libraries use: path, serializers and deserializers by method. */
type CriService = {
  readonly [Method in CriMethod]: MethodDefinition<CriRequest<Method>, CriResponse<Method>>;
};

/**
 * Builds the definitions of `runtime.v1.RuntimeService` and `runtime.v1.ImageService`. Defaults are filled in when a message is
 * read, because protobuf does not send the value 0, which is SANDBOX_READY.
 *
 * @returns one definition per method, with a `path` such as `/runtime.v1.RuntimeService/Version`
 */
export function criService(): CriService {
  const definitionsOf = (methods: readonly CriMethod[]) =>
    Object.fromEntries(
      methods.map(name => [name, { requestType: `${name}Request`, responseType: `${name}Response`, comment: "" }]),
    );
  const names = Object.keys(services) as (keyof typeof services)[];
  const calls = Object.fromEntries(names.map(name => [name, { methods: definitionsOf(services[name]) }]));
  const definitions = fromJSON(
    { nested: { runtime: { nested: { v1: { nested: { ...enums, ...messageTypes(messages), ...calls } } } } } },
    { longs: String, enums: String, defaults: true },
  );
  return Object.assign({}, ...names.map(name => definitions[`runtime.v1.${name}`])) as CriService;
}
