import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** The version of the Jupyter messaging protocol this kernel speaks. */
export const protocolVersion = "5.4";

export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

/** One message as it came from a frontend: checked signature, checked shape. */
export interface Request {
  /** The routing prefix, which a reply repeats. */
  readonly identities: readonly Buffer[];
  readonly header: Header;
  readonly content: Readonly<Record<string, unknown>>;
}

export type Content = Readonly<Record<string, unknown>>;

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
 * @returns the request, or why it must be ignored: nothing in a message is looked at before its signature is right
 */
export function decode(key: string, frames: readonly Buffer[]): Request | { readonly ignored: string } {
  const at = frames.findIndex(frame => frame.equals(delimiter));
  if (at < 0) return { ignored: "no <IDS|MSG> delimiter" };
  const [signed, ...parts] = frames.slice(at + 1, at + 6);
  if (signed === undefined || parts.length < 4) return { ignored: `cut short: ${parts.length} of 4 parts` };
  const expected = Buffer.from(signature(key, parts));
  if (signed.length !== expected.length || !timingSafeEqual(signed, expected)) return { ignored: "wrong signature" };

  const objects: Record<string, unknown>[] = [];
  for (const part of parts) {
    let value: unknown;
    try {
      value = JSON.parse(part.toString());
    } catch (error) {
      return { ignored: `part ${objects.length + 1} is no JSON: ${(error as Error).message}` };
    }
    if (typeof value !== "object" || value === null) return { ignored: `part ${objects.length + 1} is no object` };
    objects.push(value as Record<string, unknown>);
  }
  const [header, , , content] = objects;
  if (typeof header!.msg_id !== "string" || typeof header!.msg_type !== "string") {
    return { ignored: "a header without msg_id or msg_type" };
  }
  return { identities: frames.slice(0, at), header: header as unknown as Header, content: content! };
}

/** One message to send, before it is signed. */
export interface Outgoing {
  readonly type: string;
  /** The header of the request this belongs to; empty for what no request asked for. */
  readonly parent: Header | Record<string, never>;
  /** An object, or its JSON text. */
  readonly content: Content | string;
  /** Routing prefix: the asker's identities on a ROUTER socket, the topic on iopub. */
  readonly prefix: readonly (Buffer | string)[];
}

/** The frames of one signed message of this kernel's session. */
export function encode(key: string, session: string, message: Outgoing): (Buffer | string)[] {
  const header: Header = {
    msg_id: randomUUID(),
    session,
    username: "kernel",
    date: new Date().toISOString(),
    msg_type: message.type,
    version: protocolVersion,
  };
  const parts = [header, message.parent, {}, message.content].map(part =>
    typeof part === "string" ? part : JSON.stringify(part),
  );
  return [...message.prefix, delimiter, signature(key, parts), ...parts];
}
