/** A clock that is wrong by more than this many milliseconds is reported. */
const largestSkewMs = 1_000;

/**
 * Returns a warning about a node's clock that differs from rund-lab's by more than a second, with the next step.
 *
 * @param aheadMs bounds on how far the node's clock is ahead, in milliseconds
 * @returns null if the bounds do not show that the clock is wrong
 * @example describeClockSkew("a", [118_900, 120_000]) // "the clock of node a is ahead by 119.5 s (± 0.6 s): the times of --until output come from this clock and are wrong by the same amount. Set the clock (`timedatectl` on the node says whether it is synchronized), or use a different --until"
 * @example describeClockSkew("a", [-600, 500]) // null
 */
export function describeClockSkew(node: string, [low, high]: readonly [number, number]): string | null {
  if (low <= largestSkewMs && high >= -largestSkewMs) return null;
  const [off, within] = [(low + high) / 2000, (high - low) / 2000].map(seconds => Math.abs(seconds).toFixed(1));
  const way = low > 0 ? "ahead" : "behind";
  return `the clock of node ${node} is ${way} by ${off} s (± ${within} s): the times of --until output come from this clock and are wrong by the same amount. Set the clock (\`timedatectl\` on the node says whether it is synchronized), or use a different --until`;
}
