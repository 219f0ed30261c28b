/** Encodes a field of a protobuf message: a text, bytes or message; a number as a varint; a bigint as fixed64. */
export function field(number: number, value: string | Buffer | number | bigint): Buffer {
  if (typeof value === "number") return Buffer.from([number << 3, ...varint(value)]);
  if (typeof value === "bigint") {
    const bytes = Buffer.alloc(9);
    bytes[0] = (number << 3) | 1;
    bytes.writeBigUInt64LE(value, 1);
    return bytes;
  }
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
}

/** Encodes a message from its fields. */
export const message = (...fields: readonly Buffer[]): Buffer => Buffer.concat(fields);

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
}
