import { setTimeout as delay } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectCri, type Fault, startReplayServer } from "../../../src/measure/cri/index.js";
import { failsBecause, sandbox } from "./contract.js";
import { recording } from "./replay-source.js";

const test = suite("the replay server: faults");

async function withFaults(
  faults: readonly Fault[],
  work: (
    client: ReturnType<typeof connectCri>,
    server: Awaited<ReturnType<typeof startReplayServer>>,
  ) => Promise<unknown>,
): Promise<void> {
  const server = await startReplayServer(recording([]), { faults });
  const client = connectCri(server.endpoint);
  try {
    await work(client, server);
  } finally {
    client.close();
    await server.close();
  }
}

test("an error hits the nth request that carries the labels, and no other", async () => {
  const labels = { "rund-lab.client": "3" };
  const does = { kind: "error", code: 13, message: "planted" } as const;
  await withFaults([{ method: "RunPodSandbox", labels, nth: 2, does }], async (client, server) => {
    const start = (of: string) => client.runPodSandbox(sandbox("kata", { labels: { "rund-lab.client": of } }));
    await start("3");
    await start("4");
    await start("30");
    const { message, grpcCode } = await failsBecause("other", start("3"));
    assert.match(message, "planted");
    assert.is(grpcCode, 13);
    await start("3");
    assert.is(server.sandboxes().length, 4);
  });
});

test("the first line of a long error is the reason: a shim that dies sends its whole stack", async () => {
  const does = {
    kind: "error",
    code: 2,
    message: "pthread_create failed\nSIGABRT: abort\n\ngoroutine 0 [idle]:\n",
  } as const;
  await withFaults([{ method: "RunPodSandbox", does }], async client => {
    const { message } = await failsBecause("other", client.runPodSandbox(sandbox("kata")));
    assert.match(message, /: RunPodSandbox: pthread_create failed …$/);
  });
});

test("a fault without a number hits every request of its method", async () => {
  const does = { kind: "error", code: 14, message: "planted" } as const;
  await withFaults([{ method: "StopPodSandbox", does }], async client => {
    const id = await client.runPodSandbox(sandbox("kata"));
    await failsBecause("unavailable", client.stopPodSandbox(id));
    await failsBecause("unavailable", client.stopPodSandbox(id));
    await client.removePodSandbox(id);
  });
});

test("a request that hangs ends by the client's deadline", async () => {
  await withFaults([{ method: "PodSandboxStatus", nth: 1, does: { kind: "hang" } }], async client => {
    const id = await client.runPodSandbox(sandbox("kata"));
    await failsBecause("timeout", client.podSandboxStatus(id, { timeoutMs: 100 }));
    assert.is((await client.podSandboxStatus(id)).state, "SANDBOX_READY");
  });
});

test("a slow answer comes late; its sandbox exists even if the client's call has timed out", async () => {
  await withFaults([{ method: "RunPodSandbox", does: { kind: "slow", delayMs: 300 } }], async (client, server) => {
    const beganMs = performance.now();
    await client.runPodSandbox(sandbox("kata"));
    assert.ok(performance.now() - beganMs > 290);
    await failsBecause("timeout", client.runPodSandbox(sandbox("kata"), { timeoutMs: 100 }));
    assert.is(server.sandboxes().length, 2);
  });
});

test("a dropped connection fails the calls in progress; the same client reaches its sandboxes again", async () => {
  await withFaults([{ method: "RunPodSandbox", nth: 2, does: { kind: "drop" } }], async client => {
    const id = await client.runPodSandbox(sandbox("kata"));
    const { kind, hint } = await failsBecause("unavailable", client.runPodSandbox(sandbox("kata")));
    assert.is(kind, "machine");
    assert.match(hint ?? "", "--resume");
    const beganMs = performance.now();
    const again = async (): Promise<string> => {
      try {
        return (await client.podSandboxStatus(id)).state;
      } catch (error) {
        if (performance.now() - beganMs > 5_000) throw error;
        await delay(10);
        return again();
      }
    };
    assert.is(await again(), "SANDBOX_READY");
  });
});

test("sandboxes outlive their client's connection", async () => {
  await withFaults([], async (client, server) => {
    const id = await client.runPodSandbox(sandbox("kata", { labels: { mine: "1" } }));
    client.close();
    const next = connectCri(server.endpoint);
    assert.equal(
      (await next.listPodSandbox({ mine: "1" })).map(each => each.id),
      [id],
    );
    next.close();
  });
});

test("a sandbox can stay unready for ever, or vanish as soon as its start returns", async () => {
  const faults: readonly Fault[] = [
    { method: "RunPodSandbox", labels: { fate: "unready" }, does: { kind: "never-ready" } },
    { method: "RunPodSandbox", labels: { fate: "gone" }, does: { kind: "vanish" } },
  ];
  await withFaults(faults, async (client, server) => {
    const start = (fate: string) => client.runPodSandbox(sandbox("kata", { labels: { fate } }));
    assert.is((await client.podSandboxStatus(await start("unready"))).state, "SANDBOX_NOTREADY");
    await failsBecause("not-found", client.podSandboxStatus(await start("gone")));
    assert.equal(
      server.sandboxes().map(({ labels }) => labels.fate),
      ["unready"],
    );
  });
});

test.run();
