import { readFileSync } from "node:fs";
import { execa } from "execa";
import { LabError } from "../../model/errors.js";
import { findProgram, searchPath } from "../system/programs.js";
import { imageReady } from "./cri-ready.js";
import { type Architecture, architectureHere, imageArchive } from "./images/image-archive.js";
import { importImage } from "./images/import-image.js";
import type { TarFile } from "./images/tar.js";
import { readStaticBusybox } from "./images/workload-image.js";
import { requireProgram } from "./requirements.js";

/** The name of the image with fio in containerd; no registry is called `.local`. */
export const fioImageName = "rund-lab.local/fio:1";

/**
 * Makes sure that a private containerd has the image with fio. It is built from this machine's fio, imported, and deleted with
 * that containerd.
 *
 * @throws LabError `RUND_FIO_MISSING` if fio or another program that the image needs is not installed here
 */
export async function addFioImage(socket: string): Promise<void> {
  const path = searchPath(process.env.PATH ?? "");
  const [busybox, architecture] = [readStaticBusybox(), architectureHere()];
  if (busybox === null || architecture === undefined) {
    throw new LabError("RUND_FIO_MISSING", "machine", "the image with fio needs a statically linked busybox", {
      hint: "apt-get install busybox-static, or name an image that has fio and sh with --image",
    });
  }
  const archive = await fioImage(busybox, architecture, path);
  await importImage(requireProgram("ctr", path), socket, fioImageName, archive);
  await imageReady(socket, fioImageName, readyMs);
}

/** Maximum milliseconds until CRI has the image. */
const readyMs = 30_000;

/**
 * Returns an image of this machine's fio, with the libraries that it is linked with and a shell.
 *
 * @param busybox a statically linked busybox
 * @param path the folders to search for fio, as in PATH
 * @throws LabError `RUND_FIO_MISSING` if fio is not installed here
 */
async function fioImage(busybox: Buffer, architecture: Architecture, path: string): Promise<Buffer> {
  const fio = findProgram("fio", path);
  if (fio === undefined) {
    throw new LabError("RUND_FIO_MISSING", "machine", "fio is not installed here", {
      where: path,
      hint: "apt-get install fio, or name an image that has fio and sh with --image",
    });
  }
  const { stdout } = await execa("ldd", [fio], { env: { LC_ALL: "C" } });
  const program = (path: string, from: string): TarFile => ({ path, content: readFileSync(from), mode: 0o755 });
  const files = [
    program("usr/bin/fio", fio),
    ...librariesIn(stdout).map(each => program(each.slice(1), each)),
    { path: "bin/sh", content: busybox, mode: 0o755 },
  ];
  return imageArchive(fioImageName, [
    { architecture, files, config: { Cmd: ["/bin/sh"], Env: ["PATH=/usr/bin:/bin"] } },
  ]);
}

/**
 * Returns the files of the libraries, and of the program that loads them, from the output of ldd.
 *
 * @example librariesIn("\tlinux-vdso.so.1 (0x1)\n\tlibm.so.6 => /lib/libm.so.6 (0x2)\n\t/lib64/ld.so (0x3)\n") // ["/lib/libm.so.6", "/lib64/ld.so"]
 */
export const librariesIn = (ldd: string): readonly string[] =>
  ldd.split("\n").flatMap(line => /(?:=> |^\s*)(\/\S+) \(0x/.exec(line)?.[1] ?? []);
