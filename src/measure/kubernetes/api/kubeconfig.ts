import type { AgentOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { LabError } from "../../../model/errors.js";

/** The address of an API server, and the credentials for it. */
export interface ClusterAccess {
  /** The kubeconfig's context, such as `kind-kind`. */
  readonly context: string;
  readonly server: URL;
  /** Certificates for the connection. */
  readonly tls: AgentOptions;
  /** Returns the headers that authorise a request; called for each, because a token may be renewed. */
  headers(): Promise<Readonly<Record<string, string>>>;
}

/** Milliseconds for which authorising headers are reused before the kubeconfig is read again. */
const freshMs = 10_000;

/**
 * Reads the kubeconfig from the first place that exists, as kubectl does: $KUBECONFIG, ~/.kube/config, or a pod's service account.
 *
 * @param context null for the current one
 * @throws LabError `RUND_CLUSTER_CLIENT` without @kubernetes/client-node, `RUND_KUBECONFIG` if there is no usable kubeconfig
 */
export async function readKubeconfig(context: string | null): Promise<ClusterAccess> {
  const config = new (await loadClient()).KubeConfig();
  try {
    config.loadFromDefault();
  } catch (cause) {
    throw refuse("a kubeconfig", (cause as Error).message, cause);
  }
  const names = config.getContexts().map(({ name }) => name);
  if (context !== null && !names.includes(context)) {
    throw refuse(`one of the contexts ${names.join(", ") || "(none)"}`, context);
  }
  if (context !== null) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  // without any configuration the client would use a default server
  if (cluster === null || (cluster.name === "cluster" && config.getCurrentContext() === "loaded-context")) {
    throw refuse("a kubeconfig with a current context", "none");
  }
  const first = await optionsOf(config);
  const { ca, cert, key, rejectUnauthorized, servername } = first;
  let cached = { headers: headersOf(first), at: performance.now() };
  return {
    context: config.getCurrentContext(),
    server: new URL(cluster.server),
    tls: { ca, cert, key, ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }), servername },
    async headers() {
      if (performance.now() - cached.at > freshMs) {
        cached = { headers: headersOf(await optionsOf(config)), at: performance.now() };
      }
      return cached.headers;
    },
  };
}

type RequestOptions = Parameters<KubeConfig["applyToHTTPSOptions"]>[0];

async function optionsOf(config: KubeConfig): Promise<AgentOptions & RequestOptions> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (cause) {
    throw refuse("credentials", (cause as Error).message, cause);
  }
  return options as AgentOptions & RequestOptions;
}

function headersOf({ headers = {}, auth }: RequestOptions): Readonly<Record<string, string>> {
  const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return typeof auth === "string"
    ? { ...plain, Authorization: `Basic ${Buffer.from(auth).toString("base64")}` }
    : plain;
}

async function loadClient(): Promise<typeof import("@kubernetes/client-node")> {
  try {
    return await import("@kubernetes/client-node");
  } catch (cause) {
    throw new LabError("RUND_CLUSTER_CLIENT", "machine", "the Kubernetes client is missing or does not load", {
      where: "--cluster",
      expected: "@kubernetes/client-node",
      found: (cause as Error).message.split("\n")[0] ?? "",
      hint: "npm install @kubernetes/client-node@1 (version 2 needs Node 22 or later)",
      cause,
    });
  }
}

const refuse = (expected: string, found: string, cause?: unknown) =>
  new LabError("RUND_KUBECONFIG", "machine", "no cluster to measure on", {
    where: "--cluster",
    expected,
    found,
    cause,
    hint: "set KUBECONFIG or write ~/.kube/config; `kubectl config get-contexts` lists the contexts",
  });
