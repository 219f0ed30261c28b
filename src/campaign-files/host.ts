import { z } from "zod";

/** Null where the machine does not say; absent in campaigns that did not ask. */
const fact = z.string().nullable().exactOptional();
const size = z.int().min(0).max(1e12);

/** A machine, as far as numbers measured on it depend on it. */
const machine = {
  /** Equal for campaigns on the same machine or cluster. */
  id: z.string().min(1),
  cpu: fact,
  /** Logical processors that are on. */
  cores: size.nullable().exactOptional(),
  memoryMiB: size.nullable().exactOptional(),
  architecture: fact,
  kernel: fact,
  distribution: fact,
  cgroups: z.enum(["v1", "v2", "hybrid"]).nullable().exactOptional(),
  governor: fact,
  kernelParameters: fact,
  microcode: fact,
  mitigations: fact,
  transparentHugePages: fact,
  virtualised: z.boolean().nullable().exactOptional(),
};

const clusterNode = z.strictObject({
  ...{ name: z.string(), ready: z.boolean(), schedulable: z.boolean(), kernel: z.string(), runtime: z.string() },
  ...{ kubelet: z.string(), os: z.string(), architecture: z.string(), instanceType: z.string().nullable() },
  ...{ cpus: z.number().min(0).max(1e6), pods: z.number().min(0).max(1e6), memoryMiB: size },
});

const runtimeClass = z.strictObject({
  name: z.string(),
  handler: z.string(),
  overhead: z.record(z.string(), z.string()).nullable(),
});

/** The machine of a campaign; of a cluster its nodes and RuntimeClasses, with the machine that the program ran on beside them. */
export const manifestHost = z.strictObject({
  ...machine,
  nodes: z.array(clusterNode).exactOptional(),
  runtimeClasses: z.array(runtimeClass).exactOptional(),
  client: z.strictObject(machine).exactOptional(),
});
