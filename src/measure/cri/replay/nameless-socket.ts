import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Linux' O_PATH, which Node does not name: a file itself, neither to be read nor written. */
const asPath = 0o10000000;

/** A socket that lies in no folder. */
export interface NamelessSocket {
  /** Where programs of the same user reach it, as long as this process lives. */
  readonly path: string;
  forget(): void;
}

/**
 * Lets a server listen on a unix socket whose name is taken away at once: a descriptor of ours is all that leads to it, under
 * its path in /proc. So nothing is left behind, however this process ends.
 */
export async function listenNameless(server: Server): Promise<NamelessSocket> {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-"));
  try {
    const file = join(folder, "cri.sock");
    await once(server.listen(file), "listening");
    const descriptor = openSync(file, asPath);
    return { path: `/proc/${process.pid}/fd/${descriptor}`, forget: () => closeSync(descriptor) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
