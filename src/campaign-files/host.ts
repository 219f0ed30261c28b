import { z } from "zod";

/** Null if the machine does not report it; absent in campaigns that did not read it. */
const fact = z.string().nullable().exactOptional();
const size = z.int().min(0).max(1e12);

/** The properties of a machine on which measurements depend. */
const machine = {
  /** Equal for campaigns on the same machine or cluster. */
  id: z.string().min(1),
  cpu: fact,
  /** Number of logical processors that are online. */
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
  name: z.string(),
  ready: z.boolean(),
  schedulable: z.boolean(),
  kernel: z.string(),
  runtime: z.string(),
  kubelet: z.string(),
  os: z.string(),
  architecture: z.string(),
  instanceType: z.string().nullable(),
  cpus: z.number().min(0).max(1e6),
  pods: z.number().min(0).max(1e6),
  memoryMiB: size,
});

const runtimeClass = z.strictObject({
  name: z.string(),
  handler: z.string(),
  overhead: z.record(z.string(), z.string()).nullable(),
});

/** The machine of a campaign; for a cluster, its nodes and RuntimeClasses and the machine on which rund-lab ran. */
export const manifestHost = z.strictObject({
  ...machine,
  nodes: z.array(clusterNode).exactOptional(),
  runtimeClasses: z.array(runtimeClass).exactOptional(),
  client: z.strictObject(machine).exactOptional(),
});
