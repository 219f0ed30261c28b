/** Gaps longer than this are a client that does something else first, or starts a process for each call. */
const longestGapMs = 5;
/** How many of the latest gaps are remembered. */
const memory = 25;

/**
 * Learns how long clients take to see that a sandbox is ready once it was answered. A recorded cold start ends when READY is
 * seen, so its answer must leave that much earlier. The server notices an answer leave and the status request come:
 * two of the three ways that lie between answer and READY seen.
 */
export function wayBack() {
  const answered = new Map<string, number>();
  const gaps: number[] = [];
  return {
    answered(id: string) {
      answered.set(id, performance.now());
    },

    asked(id: string) {
      const answeredMs = answered.get(id);
      if (answeredMs === undefined) return;
      answered.delete(id);
      const gapMs = performance.now() - answeredMs;
      if (gapMs < longestGapMs) gaps.push(gapMs);
      if (gaps.length > memory) gaps.shift();
    },

    forget: (id: string) => answered.delete(id),

    /** Milliseconds from answer to READY seen: one and a half times the median of the latest gaps, 0 before the first. */
    ms() {
      const sorted = gaps.toSorted((a, b) => a - b);
      return 1.5 * (sorted[sorted.length >> 1] ?? 0);
    },
  };
}
