import { readFileSync } from "node:fs";
import { LabError } from "../model/errors.js";

/** The five channels of a kernel, by the names the connection file uses. */
export const channels = ["shell", "control", "stdin", "iopub", "hb"] as const;
export type Channel = (typeof channels)[number];

/** What a connection file says: where to listen, and the key that signs every message. */
export interface Connection {
  /** The ZeroMQ address of each channel, `tcp://127.0.0.1:53794` or `ipc:///run/…-1`. */
  readonly address: Readonly<Record<Channel, string>>;
  /** The key of the HMAC; empty: messages are not signed. */
  readonly key: string;
}

/**
 * Reads the connection file a frontend hands to the kernel.
 *
 * @throws LabError `RUND_KERNEL_CONNECTION` (input) that names the file and the field it cannot use
 */
export function readConnection(file: string): Connection {
  const bad = (expected: string, found: string, cause?: unknown) =>
    new LabError("RUND_KERNEL_CONNECTION", "input", "", {
      where: file,
      expected,
      found,
      hint: "a Jupyter frontend writes this file and passes its path as the kernel's only argument",
      cause,
    });

  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw bad("a connection file (JSON)", (error as Error).message, error);
  }
  if (typeof fields !== "object" || fields === null) throw bad("a JSON object", JSON.stringify(fields));
  const { transport = "tcp", ip, key = "", signature_scheme: scheme = "hmac-sha256" } = fields;
  if (transport !== "tcp" && transport !== "ipc") throw bad('"transport": "tcp" or "ipc"', JSON.stringify(transport));
  if (typeof ip !== "string" || ip === "") throw bad('"ip" to be an address', JSON.stringify(ip) ?? "nothing");
  // whoever reaches these ports runs code as this user
  if (transport === "tcp" && !/^127\.\d+\.\d+\.\d+$/.test(ip)) throw bad('"ip" to be 127.0.0.1', JSON.stringify(ip));
  if (typeof key !== "string") throw bad('"key" to be a string', JSON.stringify(key));
  if (scheme !== "hmac-sha256") throw bad('"signature_scheme": "hmac-sha256"', JSON.stringify(scheme));

  const address = {} as Record<Channel, string>;
  for (const channel of channels) {
    const port = fields[`${channel}_port`];
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535) {
      throw bad(`"${channel}_port" to be a port`, JSON.stringify(port) ?? "nothing");
    }
    address[channel] = transport === "tcp" ? `tcp://${ip}:${port}` : `ipc://${ip}-${port}`;
  }
  return { address, key };
}
