import { readProc } from "../host/proc.js";
import type { ContainerOutput } from "../round/driver.js";

/**
 * Parses a container's log in CRI's format: each line has a time, the stream, a tag and a piece of a line. The tag P marks a
 * piece that continues in the next line.
 *
 * @returns each stream as the process wrote it; a line in another format is left out
 * @example parseOutput("1970-01-01T00:00:01Z stdout P ab\n1970-01-01T00:00:01Z stdout F c\n").stdout // "abc\n"
 */
export function parseOutput(log: string): ContainerOutput {
  const streams = { stdout: "", stderr: "" };
  for (const line of log.split("\n")) {
    const [, stream, tag, text = ""] = /^\S+ (stdout|stderr) ([FP])\S* ?(.*)$/.exec(line) ?? [];
    if (stream !== "stdout" && stream !== "stderr") continue;
    streams[stream] += tag === "P" ? text : `${text}\n`;
  }
  return streams;
}

/** Reads the output of a container so far; empty if its log does not exist yet. */
export const readOutput = (file: string): ContainerOutput => parseOutput(readProc(file) ?? "");
