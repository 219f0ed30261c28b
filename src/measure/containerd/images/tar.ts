/** A plain file of an archive. */
export interface TarFile {
  /** At most 100 bytes. */
  readonly path: string;
  readonly content: Buffer;
  /** 0o644 unless given. */
  readonly mode?: number;
}

const blockSize = 512;

/**
 * Returns a tar archive (POSIX ustar) of plain files that belong to root and have the date of the epoch. The same files give the
 * same bytes.
 *
 * @example tar([{ path: "a", content: Buffer.from("x") }]).length // 2048
 */
export function tar(files: readonly TarFile[]): Buffer {
  const end = Buffer.alloc(2 * blockSize);
  return Buffer.concat([...files.flatMap(file => [header(file), padded(file.content)]), end]);
}

function header({ path, content, mode = 0o644 }: TarFile): Buffer {
  const block = Buffer.alloc(blockSize);
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, "0"), at, "latin1");
  block.write(path, 0);
  octal(mode, 100, 8);
  octal(0, 108, 8); // user
  octal(0, 116, 8); // group
  octal(content.length, 124, 12);
  octal(0, 136, 12); // modified
  block.write("        ", 148, "latin1"); // the checksum is computed with spaces in its own field
  block.write("0", 156, "latin1"); // a plain file
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize)]);
}
