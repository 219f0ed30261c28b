/** Gaps longer than this are a client that does something else first, or starts a process for each call. */
const longestGapMs = 5;
/** How many of the latest gaps are remembered. */
const memory = 25;

/**
 * Learns how long clients take to see that a sandbox is ready once it was answered. A recorded cold start ends when READY is
 * seen, so its answer must leave that much earlier. The server notices an answer leave and the status request come:
 * two of the three ways that lie between answer and READY seen. Clients of a crowd wait for each other, so what was learned of
 * one says little of ten: crowds of each size are remembered apart.
 */
export function wayBack() {
  const answered = new Map<string, { readonly ms: number; readonly crowd: number }>();
  const gaps = new Map<number, number[]>();
  return {
    /** @param crowd the sandboxes started at once, this one among them */
    answered(id: string, crowd: number) {
      answered.set(id, { ms: performance.now(), crowd });
    },

    asked(id: string) {
      const answer = answered.get(id);
      if (answer === undefined) return;
      answered.delete(id);
      const gapMs = performance.now() - answer.ms;
      if (gapMs >= longestGapMs) return;
      const latest = [...(gaps.get(answer.crowd) ?? []), gapMs].slice(-memory);
      gaps.set(answer.crowd, latest);
    },

    forget: (id: string) => answered.delete(id),

    /**
     * Milliseconds from answer to READY seen: one and a half times the median of the latest gaps in crowds of this size, or of
     * the next smaller that is known; 0 if none is.
     */
    ms(crowd: number) {
      const known = Math.max(0, ...[...gaps.keys()].filter(size => size <= crowd));
      const sorted = (gaps.get(known) ?? []).toSorted((a, b) => a - b);
      return 1.5 * (sorted[sorted.length >> 1] ?? 0);
    },
  };
}
