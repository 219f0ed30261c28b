/** The kinds of HTTP/2 frames that are written or read here (RFC 9113, section 6). */
export const frameTypes = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** Flags of frames; the meaning of a bit depends on the kind of frame. */
export const frameFlags = { acknowledged: 0x1, endStream: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const;

/** Settings of a connection, by their numbers. */
export const settingNames = { enablePush: 2, concurrentStreams: 3, streamWindow: 4, frameBytes: 5 } as const;

/** The largest frame in bytes until the peer allows larger ones. */
export const initialFrameBytes = 16_384;

/** Bytes before a frame's content: its length, kind, flags and stream. */
const prefixBytes = 9;

/** A frame that was received. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly content: Buffer;
}

/** Returns a frame as it is sent. */
export function frame(type: number, flags: number, stream: number, content: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes + content.length);
  bytes.writeUIntBE(content.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  content.copy(bytes, prefixBytes);
  return bytes;
}

/**
 * Splits received bytes into frames.
 *
 * @returns the complete frames, and the rest, which is the beginning of an incomplete one
 * @throws RangeError for a frame that is longer than this client allows, because then the peer does not speak HTTP/2
 * @example readFrames(frame(6, 1, 0, Buffer.alloc(8))).frames.map(({ type }) => type) // [6]
 */
export function readFrames(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= prefixBytes) {
    const length = bytes.readUIntBE(at, 3);
    if (length > initialFrameBytes) throw new RangeError("the other side does not speak HTTP/2");
    const end = at + prefixBytes + length;
    if (bytes.length < end) break;
    const stream = bytes.readUInt32BE(at + 5) & 0x7f_ff_ff_ff;
    const content = bytes.subarray(at + prefixBytes, end);
    frames.push({ type: bytes[at + 3]!, flags: bytes[at + 4]!, stream, content });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

/** Returns the content of a DATA or HEADERS frame without its padding and its priority fields. */
export function bareContent({ type, flags, content }: Frame): Buffer {
  const padded = (flags & frameFlags.padded) !== 0;
  const begin = (padded ? 1 : 0) + (type === frameTypes.headers && (flags & frameFlags.priority) !== 0 ? 5 : 0);
  return content.subarray(begin, content.length - (padded ? content[0]! : 0));
}

/** Returns the content of a SETTINGS frame. */
export function settingsContent(settings: readonly (readonly [name: number, value: number])[]): Buffer {
  const content = Buffer.alloc(settings.length * 6);
  for (const [index, [name, value]] of settings.entries()) {
    content.writeUInt16BE(name, index * 6);
    content.writeUInt32BE(value, index * 6 + 2);
  }
  return content;
}

/** Reads the content of a SETTINGS frame. */
export const readSettings = (content: Buffer): ReadonlyMap<number, number> =>
  new Map(
    Array.from({ length: Math.floor(content.length / 6) }, (_, index) => [
      content.readUInt16BE(index * 6),
      content.readUInt32BE(index * 6 + 2),
    ]),
  );

/** Returns a number as four bytes, which are the whole content of some frames. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
