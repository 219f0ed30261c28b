/**
 * A stand-in for Kubernetes' crictl, for machines without one: the commands, flags, output and error lines of crictl 1.24
 * that rund-lab uses, on top of rund-lab's own gRPC client. `crictlOnPath` puts it on PATH.
 */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ContainerConfig } from "../../src/measure/cri/grpc/client.js";
import { CriError } from "../../src/measure/cri/grpc/errors.js";
import { connectCri } from "../../src/measure/cri/grpc/grpc.js";
import { projectRoot } from "./needs.js";

/** Writes a program `crictl` that runs this file into a folder, and returns a PATH that begins with it. */
export function crictlOnPath(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const program = join(folder, "crictl");
  const tsx = join(projectRoot, "node_modules/tsx/dist/esm/index.mjs");
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' --import 'file://${tsx}' '${import.meta.filename}' "$@"\n`,
  );
  chmodSync(program, 0o755);
  return `${folder}:${process.env.PATH}`;
}

const goCodes: Readonly<Record<number, string>> = {
  1: "Canceled",
  2: "Unknown",
  3: "InvalidArgument",
  4: "DeadlineExceeded",
  5: "NotFound",
  9: "FailedPrecondition",
  12: "Unimplemented",
  13: "Internal",
  14: "Unavailable",
};

const doing: Readonly<Record<string, string>> = {
  runp: "run pod sandbox",
  create: "creating container",
  start: "starting the container",
  inspect: "getting the status of the container",
  inspecti: "getting the status of the image",
  pull: "pulling image",
  inspectp: "getting the pod sandbox status",
  stopp: "stopping the pod sandbox",
  rmp: "getting sandbox status of pod",
  pods: "listing pod sandboxes",
  version: "getting the runtime version",
  info: "getting status of runtime",
};

async function main(words: readonly string[]): Promise<void> {
  const { values, tokens } = parseArgs({
    args: [...words],
    tokens: true,
    strict: false,
    options: {
      "runtime-endpoint": { type: "string" },
      timeout: { type: "string" },
      runtime: { type: "string" },
      output: { type: "string", short: "o" },
      quiet: { type: "boolean", short: "q" },
    },
  });
  const [command = "", ...operands] = tokens.flatMap(token => (token.kind === "positional" ? [token.value] : []));
  const client = connectCri(String(values["runtime-endpoint"]));
  const timeoutMs = Number.parseFloat(String(values.timeout)) * 1000;
  const print = (value: unknown) => console.log(typeof value === "string" ? value : JSON.stringify(value, null, 2));
  try {
    switch (command) {
      case "version": {
        const version = await client.version({ timeoutMs });
        print("Version:  0.1.0");
        print(`RuntimeName:  ${version.runtimeName}`);
        print(`RuntimeVersion:  ${version.runtimeVersion}`);
        print(`RuntimeApiVersion:  ${version.runtimeApiVersion}`);
        break;
      }
      case "info": {
        const { conditions, info } = await client.status({ timeoutMs });
        const parsed = Object.entries(info).map(([key, value]) => [
          key,
          value.startsWith("{") ? JSON.parse(value) : value,
        ]);
        print({ status: { conditions }, ...Object.fromEntries(parsed) });
        break;
      }
      case "runp": {
        const handler = String(values.runtime ?? "");
        print(await client.runPodSandbox({ ...readSandbox(operands[0]), handler }, { timeoutMs }));
        break;
      }
      case "create": {
        const [sandboxId = "", file, sandboxFile] = operands;
        const sandbox = { ...readSandbox(sandboxFile), handler: "" };
        print(await client.createContainer(sandboxId, readContainer(file), sandbox, { timeoutMs }));
        break;
      }
      case "start":
        await client.startContainer(operands[0] ?? "", { timeoutMs });
        print(operands[0] ?? "");
        break;
      case "inspect":
        print({ status: await client.containerStatus(operands[0] ?? "", { timeoutMs }) });
        break;
      case "inspecti": {
        const image = await client.imageStatus(operands[0] ?? "", { timeoutMs });
        if (image === null) throw new Error(`no such image "${operands[0]}" present`);
        print({ status: { id: image.id, repoDigests: image.digests, size: String(image.bytes) } });
        break;
      }
      case "pull":
        await client.pullImage(operands[0] ?? "", { timeoutMs });
        print(`Image is up to date for ${operands[0]}`);
        break;
      case "inspectp": {
        const { createdAtNs, handler, ip, ...status } = await client.podSandboxStatus(operands[0] ?? "", { timeoutMs });
        const milliseconds = createdAtNs / 1_000_000n;
        const decimals = String(createdAtNs % 1_000_000_000n).padStart(9, "0");
        const createdAt = new Date(Number(milliseconds)).toISOString().replace(/\.\d+Z/, `.${decimals}Z`);
        print({ status: { ...status, createdAt, network: { ip }, runtimeHandler: handler } });
        break;
      }
      case "pods": {
        const items = await client.listPodSandbox({}, { timeoutMs });
        print({
          items: items.map(({ id, state, labels, handler, ...metadata }) => ({
            id,
            metadata: { ...metadata, attempt: 0 },
            state,
            createdAt: "0",
            labels,
            annotations: {},
            runtimeHandler: handler,
          })),
        });
        break;
      }
      case "stopp":
        await client.stopPodSandbox(operands[0] ?? "", { timeoutMs });
        print(`Stopped sandbox ${operands[0]}`);
        break;
      case "rmp": {
        const { state } = await client.podSandboxStatus(operands[0] ?? "", { timeoutMs });
        if (state === "SANDBOX_READY") throw new Error(`pod sandbox "${operands[0]}" is running, please stop it first`);
        await client.removePodSandbox(operands[0] ?? "", { timeoutMs });
        print(`Removed sandbox ${operands[0]}`);
        break;
      }
      default:
        throw new Error(`No help topic for '${command}'`);
    }
  } catch (error) {
    const { grpcCode = null, found = "" } = error instanceof CriError ? { ...error, found: textOf(error) } : {};
    const text = grpcCode === null ? String(error) : `rpc error: code = ${goCodes[grpcCode]} desc = ${found}`;
    console.error(`time="${new Date().toISOString()}" level=fatal msg=${JSON.stringify(`${doing[command]}: ${text}`)}`);
    process.exitCode = 1;
  } finally {
    client.close();
  }
}

/** Reads a sandbox's config from crictl's file, without its handler. */
function readSandbox(file = "") {
  const config = JSON.parse(readFileSync(file, "utf8"));
  const network = config.linux.security_context.namespace_options.network === 2 ? "NODE" : "POD";
  const { name, uid, namespace } = config.metadata;
  const { labels, annotations, log_directory: logDirectory } = config;
  return { name, uid, namespace, labels, annotations, logDirectory, network } as const;
}

/** Reads a container's config from crictl's file. */
function readContainer(file = ""): ContainerConfig {
  const { metadata, image, command, envs, labels, log_path: logPath, linux } = JSON.parse(readFileSync(file, "utf8"));
  const { cpu_quota: quota, cpu_period: period, memory_limit_in_bytes: memoryBytes = null } = linux.resources;
  return {
    name: metadata.name,
    image: image.image,
    command,
    labels,
    logPath,
    memoryBytes,
    env: Object.fromEntries(envs.map(({ key, value }: { key: string; value: string }) => [key, value])),
    cpu: quota === undefined ? null : quota / period,
  };
}

/** Returns the service's own error message. */
function textOf(error: CriError): string {
  const { details } = (error.cause ?? {}) as { details?: string };
  return details ?? error.message;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
