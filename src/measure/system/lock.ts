import { hash } from "node:crypto";
import { createServer } from "node:net";
import { LabError } from "../../model/errors.js";

/**
 * Calls a function while this process holds a lock on a folder or file, which only one process can hold. The lock is a name in
 * the kernel (an abstract unix socket), so it ends with its process in any case, and nothing is left on disk.
 *
 * @param path the folder or file; the caller makes its path absolute
 * @throws LabError `RUND_LOCKED` at once if another process holds the lock; also what `work` throws
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const name = `\0rund-lab-${hash("sha256", path)}`;
  const server = createServer(connection => connection.destroy());
  await new Promise<void>((held, refused) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return refused(error);
      refused(
        new LabError("RUND_LOCKED", "machine", "another rund-lab process is changing it", {
          where: path,
          hint: "wait until it has ended, and try again",
        }),
      );
    });
    server.listen(name, held);
  });
  try {
    return await work();
  } finally {
    await new Promise(done => server.close(done));
  }
}
