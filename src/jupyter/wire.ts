import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** The version of the Jupyter messaging protocol that kernel and runner speak. */
export const protocolVersion = "5.4";

/** A message's header, as the protocol defines it. */
export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

/** A message's content; its fields depend on the type of the message. */
export type Content = Readonly<Record<string, unknown>>;

/** One received message, whose signature and shape have been checked. */
export interface Message {
  /** The routing prefix, which a reply repeats. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  /** The header of the message that this one answers; empty if there is none. */
  readonly parent: Partial<Header>;
  readonly content: Content;
  /** Binary data after the content. */
  readonly buffers: readonly Buffer[];
}

const delimiter = Buffer.from("<IDS|MSG>");

function signature(key: string, parts: readonly (Buffer | string)[]): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

/**
 * Reads the frames of one message: identities, delimiter, signature, header, parent header, metadata, content, buffers.
 *
 * @returns the message, or the reason why it must be ignored; no part of a message is read before its signature is verified
 */
export function decode(key: string, frames: readonly Buffer[]): Message | { readonly ignored: string } {
  const at = frames.findIndex(frame => frame.equals(delimiter));
  if (at < 0) return { ignored: "no <IDS|MSG> delimiter" };
  const [signed, ...parts] = frames.slice(at + 1, at + 6);
  if (signed === undefined || parts.length < 4) return { ignored: `truncated: ${parts.length} of 4 parts` };
  const expected = Buffer.from(signature(key, parts));
  if (signed.length !== expected.length || !timingSafeEqual(signed, expected)) return { ignored: "wrong signature" };

  const objects: Record<string, unknown>[] = [];
  for (const part of parts) {
    let value: unknown;
    try {
      value = JSON.parse(part.toString());
    } catch (error) {
      return { ignored: `part ${objects.length + 1} is not JSON: ${(error as Error).message}` };
    }
    if (typeof value !== "object" || value === null) return { ignored: `part ${objects.length + 1} is not an object` };
    objects.push(value as Record<string, unknown>);
  }
  const [header, parent, , content] = objects;
  if (typeof header!.msg_id !== "string" || typeof header!.msg_type !== "string") {
    return { ignored: "a header without msg_id or msg_type" };
  }
  return {
    identities: frames.slice(0, at),
    header: header as unknown as Header,
    parent: parent as Partial<Header>,
    content: content!,
    buffers: frames.slice(at + 6),
  };
}

/** One message to send, before it is signed. */
export interface Outgoing {
  readonly type: string;
  /** The header of the request to which this belongs; empty if no request caused it. */
  readonly parent: Header | Record<string, never>;
  /** An object, or its JSON text. */
  readonly content: Content | string;
  /** Routing prefix: the client's identities on a ROUTER socket, the topic on iopub, empty from a client. */
  readonly prefix: readonly (Buffer | string)[];
  readonly metadata?: Content;
  readonly buffers?: readonly Uint8Array[];
  /** The message's id; by default a new one. */
  readonly id?: string;
  /** The sender; by default the kernel. */
  readonly username?: string;
}

/** Returns the frames of one signed message of a session. */
export function encode(key: string, session: string, message: Outgoing): (Uint8Array | string)[] {
  const header: Header = {
    msg_id: message.id ?? randomUUID(),
    session,
    username: message.username ?? "kernel",
    date: new Date().toISOString(),
    msg_type: message.type,
    version: protocolVersion,
  };
  const parts = [header, message.parent, message.metadata ?? {}, message.content].map(part =>
    typeof part === "string" ? part : JSON.stringify(part),
  );
  return [...message.prefix, delimiter, signature(key, parts), ...parts, ...(message.buffers ?? [])];
}
