import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { LabError } from "../../model/errors.js";
import { identify, isAlive } from "../system/process-identity.js";
import { type ContainerdRecord, containerdPaths, writeRecord } from "./containerd-record.js";
import { criReady } from "./cri-ready.js";

/**
 * Starts the containerd of a record as a separate process that outlives this one, writes its identity into the record, and waits
 * until its CRI answers.
 *
 * @throws LabError `RUND_ENV_START` with the end of its log, if it ends or does not answer in time
 */
export async function launch(folder: string, record: ContainerdRecord, timeoutMs: number): Promise<void> {
  const { log, socket } = containerdPaths(folder);
  const [program, ...words] = record.command;
  const output = openSync(log, "a");
  const child = spawn(program!, words, {
    detached: true,
    stdio: ["ignore", output, output],
    cwd: folder,
    env: { PATH: record.path, ...spanExporter(record.spansPort) },
  });
  closeSync(output);
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  failed.catch(() => {});
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  writeRecord(folder, { ...record, process: identity ?? null });
  const fail = (summary: string, cause?: unknown): never => {
    throw new LabError("RUND_ENV_START", "machine", summary, {
      where: socket,
      hint: `the end of its log:\n${lastLines(log, 5)}`,
      cause,
    });
  };
  try {
    await Promise.race([
      failed,
      criReady(socket, timeoutMs, () => {
        if (identity === undefined || !isAlive(identity)) fail("containerd ended before its CRI answered");
      }),
    ]);
  } catch (error) {
    if (error instanceof LabError && error.code === "RUND_ENV_START") throw error;
    fail("containerd's CRI does not answer", error);
  }
}

/** Milliseconds during which containerd collects spans before it sends them; a round waits for the last ones. */
const collectMs = 100;

/** Returns the settings with which containerd 2 sends its spans to a loopback port; empty without a port. */
const spanExporter = (port: number | undefined): NodeJS.ProcessEnv =>
  port === undefined
    ? {}
    : {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
        OTEL_BSP_SCHEDULE_DELAY: String(collectMs),
      };

function lastLines(file: string, count: number): string {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
}
