import type { CriClient, RecordedRound, ReplaySource, SandboxLabels } from "../../../src/measure/cri/index.js";
import { sandboxLabels } from "../../../src/measure/cri/index.js";
import { sandbox } from "./contract.js";

/** A recording with the same rounds in each of its cells. */
export function recording(rounds: readonly RecordedRound[], handlers: readonly string[] = ["kata"]): ReplaySource {
  return {
    name: "made-up",
    handlers,
    rounds: ({ concurrency }) => rounds.filter(round => round.answersMs.length === concurrency),
  };
}

/** One client of a round asks for its sandbox. */
export function coldStart(
  client: CriClient,
  labels: Partial<SandboxLabels> & Pick<SandboxLabels, "concurrency">,
  { handler = "kata", timeoutMs = 20_000 } = {},
): Promise<string> {
  const full = { campaign: "c", experiment: "time", density: 0, round: 1, client: 1, role: "test", ...labels } as const;
  return client.runPodSandbox(sandbox(handler, { labels: sandboxLabels(full) }), { timeoutMs });
}

/** A whole round: every client asks at once. Gives each client's sandbox and milliseconds from the round's begin. */
export async function coldStarts(
  client: CriClient,
  labels: Partial<SandboxLabels> & Pick<SandboxLabels, "concurrency">,
): Promise<{ readonly ids: readonly string[]; readonly endsMs: readonly number[] }> {
  const beganMs = performance.now();
  const ends = await Promise.all(
    Array.from({ length: labels.concurrency }, async (_, index) => {
      const id = await coldStart(client, { ...labels, client: index + 1 });
      await client.podSandboxStatus(id);
      return { id, ms: performance.now() - beganMs };
    }),
  );
  return { ids: ends.map(({ id }) => id), endsMs: ends.map(({ ms }) => ms) };
}
