import type { RoundEvent, Sample } from "../../campaign-files/events.js";
import type { Clock } from "../round/clock.js";

/** Milliseconds of the campaign's clock after which a missing sandbox is looked for once more, because a list may lag. */
const lookAgainMs = 100;

/**
 * Marks the cold starts whose sandboxes are no longer ready at the round's end, because a sandbox that dies after READY is not a
 * successful cold start.
 *
 * @param alive returns the ids of the sandboxes that the service lists as ready
 */
export async function markDeaths(
  { samples, releasedMs }: Pick<RoundEvent, "samples" | "releasedMs">,
  alive: () => Promise<ReadonlySet<string>>,
  clock: Clock,
): Promise<readonly Sample[]> {
  const gone = (there: ReadonlySet<string>) =>
    new Set(samples.flatMap(({ status, sandbox }) => (status === "ready" && !there.has(sandbox) ? [sandbox] : [])));
  const first = gone(await alive());
  if (first.size === 0) return samples;
  await clock.sleep(lookAgainMs);
  const second = gone(await alive());
  const endedMs = Math.max(0, Math.round(clock.wall().epochMs - releasedMs));
  return samples.map(sample => {
    if (sample.status !== "ready" || !first.has(sample.sandbox) || !second.has(sample.sandbox)) return sample;
    const { client, sandbox, sentMs, readyMs } = sample;
    const message = `ready after ${(readyMs - sentMs).toFixed(1)} ms, but gone when the round ended`;
    return { status: "died", client, sandbox, sentMs, endedMs, reason: "died", message };
  });
}
