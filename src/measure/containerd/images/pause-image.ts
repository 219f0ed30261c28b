import { type Architecture, imageArchive } from "./image-archive.js";

/** The name of the pause image in containerd; no registry is called `.local`. */
export const pauseImageName = "rund-lab.local/pause:1";

/**
 * Returns a static ELF program that sleeps forever: the whole content of the pause image.
 *
 * One loadable segment maps the file itself at 0x400000, and the code starts right after the two headers.
 *
 * | amd64          |                      | arm64      |                        |
 * |----------------|----------------------|------------|------------------------|
 * | b8 22 00 00 00 | mov eax, 34 (pause)  | 0xd2800000 | mov x0, 0 (no fds)     |
 * | 0f 05          | syscall              | 0xd2800001 | mov x1, 0              |
 * | eb f7          | jmp back to the mov  | 0xd2800002 | mov x2, 0 (no timeout) |
 * |                |                      | 0xd2800003 | mov x3, 0 (no mask)    |
 * |                |                      | 0xd2800928 | mov x8, 73 (ppoll)     |
 * |                |                      | 0xd4000001 | svc 0                  |
 * |                |                      | 0x17fffffa | b back to the first    |
 *
 * arm64 has no pause(2): ppoll(2) of nothing, without a timeout, waits as long.
 *
 * @returns 129 bytes for amd64, 148 for arm64
 * @example pauseProgram("amd64").length // 129
 */
export function pauseProgram(architecture: Architecture): Buffer {
  const amd64 = architecture === "amd64";
  const code = amd64
    ? Buffer.from("b8220000000f05ebf7", "hex")
    : words([0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001, 0x17fffffa]);
  const base = 0x400000n;
  const headers = 64 + 56;
  const size = BigInt(headers + code.length);

  const file = Buffer.alloc(headers);
  file.write("\x7fELF\x02\x01\x01", "latin1"); // 64 bits, little-endian, version 1
  file.writeUInt16LE(2, 16); // e_type: executable
  file.writeUInt16LE(amd64 ? 62 : 183, 18); // e_machine: x86-64 or AArch64
  file.writeUInt32LE(1, 20); // e_version
  file.writeBigUInt64LE(base + BigInt(headers), 24); // e_entry
  file.writeBigUInt64LE(64n, 32); // e_phoff
  file.writeUInt16LE(64, 52); // e_ehsize
  file.writeUInt16LE(56, 54); // e_phentsize
  file.writeUInt16LE(1, 56); // e_phnum
  file.writeUInt32LE(1, 64); // p_type: load
  file.writeUInt32LE(5, 68); // p_flags: read, execute
  file.writeBigUInt64LE(base, 80); // p_vaddr
  file.writeBigUInt64LE(base, 88); // p_paddr
  file.writeBigUInt64LE(size, 96); // p_filesz
  file.writeBigUInt64LE(size, 104); // p_memsz
  file.writeBigUInt64LE(0x10000n, 112); // p_align: the largest page either architecture has
  return Buffer.concat([file, code]);
}

/**
 * Returns the pause image as a tar of an OCI layout for both architectures, for `ctr images import`. It always has the same
 * bytes.
 */
export const pauseImage = (): Buffer =>
  imageArchive(
    pauseImageName,
    (["amd64", "arm64"] as const).map(architecture => ({
      architecture,
      files: [{ path: "pause", content: pauseProgram(architecture), mode: 0o755 }],
      config: { Entrypoint: ["/pause"] },
    })),
  );

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, index * 4);
  return bytes;
}
