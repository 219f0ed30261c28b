import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer, type Server as NetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";

/** A gRPC server that listens on a unix socket. */
interface GrpcListener {
  /** `unix:///…`. Programs of the same user reach it as long as this process lives. */
  readonly endpoint: string;
  /** Breaks every connection; clients may connect again. */
  drop(): void;
  close(): Promise<void>;
}

/**
 * Starts a gRPC server on a unix socket that has no name in a folder, so that nothing is left behind however this process ends.
 *
 * @param addServices adds its services to the server
 */
export async function listen(addServices: (server: Server) => void): Promise<GrpcListener> {
  const server = new Server();
  addServices(server);
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const listener = createServer(socket => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    injector.injectConnection(socket);
  });
  const { path, release } = await listenNameless(listener);
  return {
    endpoint: `unix://${path}`,
    drop,
    async close() {
      drop();
      injector.destroy();
      server.forceShutdown();
      await new Promise(resolve => listener.close(resolve));
      release();
    },
  };
}

/**
 * Linux' O_PATH, which Node does not define: a descriptor of the file itself, through which it can be neither read nor written.
 */
const asPath = 0o10000000;

/**
 * Makes a server listen on a unix socket whose name is removed at once. Afterwards only a descriptor of this process leads to the
 * socket, by its path in /proc.
 */
export async function listenNameless(server: NetServer): Promise<{ readonly path: string; release(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-"));
  try {
    const file = join(folder, "cri.sock");
    await once(server.listen(file), "listening");
    const descriptor = openSync(file, asPath);
    return { path: `/proc/${process.pid}/fd/${descriptor}`, release: () => closeSync(descriptor) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
