import { readFileSync } from "node:fs";
import { type Architecture, imageArchive } from "./image-archive.js";

/** The name of the default workload in containerd; no registry is called `.local`. */
export const workloadImageName = "rund-lab.local/workload:1";

/** Paths of the program in Debian's busybox-static and in other distributions. */
const places = ["/bin/busybox", "/usr/bin/busybox", "/usr/lib/initramfs-tools/bin/busybox"];

/**
 * The workload's script: prints one line with the process's own real time in seconds since the epoch (to the microsecond),
 * then serves HTTP on the port in $PORT.
 */
const script = 'echo "started $EPOCHREALTIME"; exec /bin/busybox httpd -f -p "$PORT" -h /srv';

/**
 * Returns the default workload's image as a tar of an OCI layout, for `ctr images import`: busybox and a page.
 *
 * @param busybox a statically linked busybox for this machine's processor
 */
export function workloadImage(busybox: Buffer, architecture: Architecture): Buffer {
  return imageArchive(workloadImageName, [
    {
      architecture,
      files: [
        { path: "bin/busybox", content: busybox, mode: 0o755 },
        { path: "srv/index.html", content: Buffer.from("ready\n") },
      ],
      config: { Cmd: ["/bin/busybox", "sh", "-c", script], Env: ["PORT=8080"] },
    },
  ]);
}

/**
 * Reads this machine's statically linked busybox.
 *
 * @returns null if none is installed; a dynamically linked one would not start in an image without libraries
 */
export function readStaticBusybox(): Buffer | null {
  for (const file of places) {
    try {
      const program = readFileSync(file);
      if (isStatic(program)) return program;
    } catch {}
  }
  return null;
}

/** Whether a 64-bit ELF program has no interpreter (program header type 3), and so needs no library. */
function isStatic(program: Buffer): boolean {
  if (program.length < 64 || program.readUInt32BE(0) !== 0x7f454c46 || program[4] !== 2) return false;
  const first = Number(program.readBigUInt64LE(32));
  const size = program.readUInt16LE(54);
  const count = program.readUInt16LE(56);
  return !Array.from({ length: count }, (_, index) => program.readUInt32LE(first + index * size)).includes(3);
}
