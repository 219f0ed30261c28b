import type { Test } from "uvu";
import * as assert from "uvu/assert";
import { type CriClient, CriError, type CriReason, type SandboxConfig } from "../../../src/measure/cri/index.js";

/** A service to hold a client against. */
export interface Service {
  readonly client: CriClient;
  /** A handler the service has. */
  readonly handler: string;
}

let sandboxesMade = 0;

/** A sandbox with a name nobody had before. */
export function sandbox(handler: string, changes: Partial<SandboxConfig> = {}): SandboxConfig {
  sandboxesMade += 1;
  const name = `contract-${process.pid}-${sandboxesMade}`;
  return { name, uid: name, namespace: "rund-lab-contract", handler, labels: {}, network: "NODE", ...changes };
}

/** Expects a call to fail for this reason, and gives the error. */
export async function failsBecause(reason: CriReason, call: Promise<unknown>): Promise<CriError> {
  const error = await call.then(
    () => assert.unreachable(`expected a failure: ${reason}`),
    (error: unknown) => error,
  );
  if (!(error instanceof CriError)) throw error;
  assert.is(error.reason, reason, error.message);
  return error;
}

/** What any CriClient does with any CRI service. */
export function criContract(test: Test, service: () => Service): void {
  const stopAndRemove = async (...ids: readonly string[]) => {
    for (const id of ids) {
      await service().client.stopPodSandbox(id);
      await service().client.removePodSandbox(id);
    }
  };

  test("the service reports its name and speaks CRI v1", async () => {
    const version = await service().client.version();
    assert.is(version.runtimeApiVersion, "v1");
    assert.is.not(version.runtimeName, "");
    assert.is.not(version.runtimeVersion, "");
  });

  test("the service reports that it is ready, and its verbose status", async () => {
    const { conditions, info } = await service().client.status();
    const ready = conditions.find(({ type }) => type === "RuntimeReady");
    assert.equal(ready?.status, true);
    assert.type(JSON.parse(info.config ?? ""), "object");
  });

  test("a sandbox is ready when its start returns, with the requested handler and labels", async () => {
    const { client, handler } = service();
    const labels = { "rund-lab.test": "ready", other: "x" };
    const before = BigInt(Date.now() - 1000) * 1_000_000n;
    const id = await client.runPodSandbox(sandbox(handler, { labels }));
    const { createdAtNs, ...status } = await client.podSandboxStatus(id);
    assert.equal(status, { id, state: "SANDBOX_READY", handler, labels, ip: "" });
    assert.ok(createdAtNs > before && createdAtNs < before + 60_000_000_000n, String(createdAtNs));
    await stopAndRemove(id);
  });

  test("a list contains exactly the sandboxes with all of the labels, compared by whole values", async () => {
    const { client, handler } = service();
    const config = sandbox(handler, { labels: { campaign: "density-test", role: "test" } });
    const id = await client.runPodSandbox(config);
    const other = await client.runPodSandbox(sandbox(handler, { labels: { campaign: "test", role: "test" } }));
    const ids = async (labels: Record<string, string>) => (await client.listPodSandbox(labels)).map(each => each.id);
    const { name, uid, namespace, labels } = config;
    assert.equal(await client.listPodSandbox({ campaign: "density-test", role: "test" }), [
      { id, name, uid, namespace, labels, handler, state: "SANDBOX_READY" },
    ]);
    assert.equal(await ids({ campaign: "test" }), [other]);
    assert.equal((await ids({ role: "test" })).sort(), [id, other].sort());
    assert.equal(await ids({ campaign: "test", role: "background" }), []);
    await stopAndRemove(id, other);
    assert.equal(await ids({ role: "test" }), []);
  });

  test("a stopped sandbox is not ready, a removed one is not found, and both can be stopped and removed again", async () => {
    const { client, handler } = service();
    const id = await client.runPodSandbox(sandbox(handler));
    await client.stopPodSandbox(id);
    assert.is((await client.podSandboxStatus(id)).state, "SANDBOX_NOTREADY");
    await client.stopPodSandbox(id);
    await client.removePodSandbox(id);
    const { grpcCode } = await failsBecause("not-found", client.podSandboxStatus(id));
    assert.is(grpcCode, 5);
    await stopAndRemove(id);
  });

  test("an unknown handler is an error of its own, and leaves nothing behind", async () => {
    const { client } = service();
    const labels = { "rund-lab.test": "unknown handler" };
    const error = await failsBecause("unknown-handler", client.runPodSandbox(sandbox("no-such-handler", { labels })));
    assert.is(error.code, "RUND_CRI_UNKNOWN_HANDLER");
    assert.match(error.message, "no-such-handler");
    assert.match(error.hint ?? "", "rund-lab doctor");
    assert.equal(await client.listPodSandbox(labels), []);
  });

  test("a taken name is an error of its own, and is free again after its sandbox is removed", async () => {
    const { client, handler } = service();
    const config = sandbox(handler);
    const id = await client.runPodSandbox(config);
    await failsBecause("name-taken", client.runPodSandbox(config));
    await stopAndRemove(id);
    await stopAndRemove(await client.runPodSandbox(config));
  });

  test("a call times out at its deadline", async () => {
    const { client, handler } = service();
    const labels = { "rund-lab.test": "deadline" };
    const error = await failsBecause("timeout", client.runPodSandbox(sandbox(handler, { labels }), { timeoutMs: 1 }));
    assert.match(error.message, "no answer within 1 ms");
    // whatever the service made of it meanwhile is ours to remove
    await stopAndRemove(...(await client.listPodSandbox(labels)).map(({ id }) => id));
  });

  test("a call ends as soon as its signal is aborted", async () => {
    const { client, handler } = service();
    const labels = { "rund-lab.test": "signal" };
    const controller = new AbortController();
    const call = failsBecause(
      "aborted",
      client.runPodSandbox(sandbox(handler, { labels }), { signal: controller.signal }),
    );
    controller.abort();
    assert.is((await call).kind, "interrupted");
    await failsBecause("aborted", client.version({ signal: controller.signal }));
    await stopAndRemove(...(await client.listPodSandbox(labels)).map(({ id }) => id));
  });
}
