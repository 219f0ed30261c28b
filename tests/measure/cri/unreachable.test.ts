import { chmodSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectCri, connectCrictl } from "../../../src/measure/cri/index.js";
import { LabError } from "../../../src/model/errors.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { failsBecause } from "./contract.js";

const test = suite("a CRI service that cannot be reached");

async function version(endpoint: string, connect = connectCri) {
  const client = connect(endpoint);
  try {
    return await client.version({ timeoutMs: 5_000 });
  } finally {
    client.close();
  }
}

test("no socket: the next step is to start containerd", () =>
  inTempFolder(async folder => {
    for (const connect of [connectCri, connectCrictl]) {
      const error = await failsBecause("unavailable", version(join(folder, "none.sock"), connect));
      assert.is(error.kind, "machine");
      assert.match(error.message, /: connect ENOENT \/\S+\/none\.sock$/);
      assert.match(error.hint ?? "", "rund-lab env up");
    }
  }));

test("a socket without a listener: the next step is to start containerd again", () =>
  inTempFolder(async folder => {
    writeFileSync(join(folder, "dead.sock"), "");
    const error = await failsBecause("unavailable", version(join(folder, "dead.sock")));
    assert.match(error.message, "ECONNREFUSED");
    assert.match(error.hint ?? "", "start containerd again");
  }));

test("a gRPC service without CRI v1: the next step is containerd's config", () =>
  inTempFolder(async folder => {
    const server = new Server();
    const socket = join(folder, "grpc.sock");
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), error =>
        error ? reject(error) : resolve(),
      ),
    );
    try {
      const error = await failsBecause("no-cri", version(socket));
      assert.is(error.grpcCode, 12);
      assert.match(error.hint ?? "", "disabled_plugins");
    } finally {
      server.forceShutdown();
    }
  }));

test("a call to a service that does not speak gRPC fails by the deadline at the latest", () =>
  inTempFolder(async folder => {
    const socket = join(folder, "other.sock");
    const server = createServer(connection => connection.end("hello\n")).listen(socket);
    try {
      await failsBecause("unavailable", version(socket));
    } finally {
      server.close();
    }
  }));

test("an endpoint that is not a unix socket is a usage error", () => {
  for (const endpoint of ["tcp://127.0.0.1:1234", "containerd.sock", "unix://run/containerd.sock", ""]) {
    try {
      connectCri(endpoint).close();
      assert.unreachable(endpoint);
    } catch (error) {
      assert.instance(error, LabError);
      assert.is((error as LabError).code, "RUND_CRI_ENDPOINT");
      assert.is((error as LabError).exitCode, 2);
    }
  }
});

test("a missing crictl is an error that names the alternative", () =>
  inTempFolder(async folder => {
    writeFileSync(join(folder, "any.sock"), "");
    const client = connectCrictl(join(folder, "any.sock"), "no-such-crictl");
    try {
      await client.version();
      assert.unreachable();
    } catch (error) {
      assert.is((error as LabError).code, "RUND_CRICTL_MISSING");
      assert.is((error as LabError).exitCode, 3);
    }
  }));

test.run();

const asRoot = suiteNeeding("a CRI service of another user", needs.root, needs.otherUser);

asRoot("no permission: the next step is sudo", () =>
  inTempFolder(async folder => {
    const socket = join(folder, "private.sock");
    const server = createServer().listen(socket);
    chmodSync(folder, 0o700);
    process.seteuid?.(65534);
    try {
      const error = await failsBecause("unavailable", version(socket));
      assert.match(error.message, "EACCES");
      assert.match(error.hint ?? "", "sudo");
    } finally {
      process.seteuid?.(0);
      server.close();
    }
  }),
);

asRoot.run();
