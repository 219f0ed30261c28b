import { readFileSync } from "node:fs";
import { z } from "zod";
import { LabError } from "../model/errors.js";
import { checkedJson } from "../model/mismatch.js";

/** The five channels of a kernel, with their names in the connection file. */
export const channels = ["shell", "control", "stdin", "iopub", "hb"] as const;
type Channel = (typeof channels)[number];

const port = z.int().min(1).max(65535);

/** A connection file. Front ends may write more fields; if the transport is missing, it is TCP. */
const connectionFile = z
  .object({
    transport: z.enum(["tcp", "ipc"]).default("tcp"),
    ip: z.string().min(1),
    key: z.string().default(""),
    signature_scheme: z.literal("hmac-sha256").default("hmac-sha256"),
    shell_port: port,
    control_port: port,
    stdin_port: port,
    iopub_port: port,
    hb_port: port,
  })
  // anyone who reaches these ports can run code as this user
  .refine(({ transport, ip }) => transport !== "tcp" || /^127\.\d+\.\d+\.\d+$/.test(ip), {
    error: "127.0.0.1",
    path: ["ip"],
  });

/** The content of a connection file: where to listen, and the key that signs every message. */
export interface Connection {
  /** The ZeroMQ address of each channel, `tcp://127.0.0.1:53794` or `ipc:///run/…-1`. */
  readonly address: Readonly<Record<Channel, string>>;
  /** The key of the HMAC; if it is empty, messages are not signed. */
  readonly key: string;
}

/**
 * Reads the connection file that a front end passes to the kernel.
 *
 * @throws LabError `RUND_KERNEL_CONNECTION` (input) that names the file and the field it cannot use
 */
export function readConnection(file: string): Connection {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw refusal(file, "a connection file (JSON)", (error as Error).message, error);
  }
  const read = checkedJson(text, connectionFile);
  if (!read.ok) throw refusal(file, read.expected, read.found, read.cause);
  const { transport, ip, key, ...fields } = read.value;
  const addressOf = (channel: Channel) => {
    const port = fields[`${channel}_port`];
    return transport === "tcp" ? `tcp://${ip}:${port}` : `ipc://${ip}-${port}`;
  };
  const address = Object.fromEntries(channels.map(channel => [channel, addressOf(channel)])) as Connection["address"];
  return { address, key };
}

const refusal = (where: string, expected: string, found: string, cause: unknown): LabError =>
  new LabError("RUND_KERNEL_CONNECTION", "input", "", {
    where,
    expected,
    found,
    hint: "a Jupyter frontend writes this file and passes its path as the kernel's only argument",
    cause,
  });
