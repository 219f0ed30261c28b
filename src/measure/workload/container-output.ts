import { readFileSync } from "node:fs";
import type { ContainerOutput } from "../round/driver.js";

/**
 * Takes a container's log in CRI's format apart: each line has a time, the stream, a tag and a piece of a line. The tag P
 * marks a piece whose line goes on in the next one.
 *
 * @returns each stream as the process wrote it; a line of another format is left out
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

/** Reads what a container has written so far; nothing where its log is not there yet. */
export function readOutput(file: string): ContainerOutput {
  try {
    return parseOutput(readFileSync(file, "utf8"));
  } catch {
    return { stdout: "", stderr: "" };
  }
}
