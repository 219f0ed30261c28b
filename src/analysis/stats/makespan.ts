/** Cold starts of one cell in columns: element `round × clients + client`, times in epoch milliseconds. */
export interface CellStarts {
  readonly clients: number;
  readonly rounds: number;
  readonly startMs: ArrayLike<number>;
  readonly endMs: ArrayLike<number>;
  /** 1 if that client has a valid line for that round. */
  readonly valid: ArrayLike<number>;
}

/** The times of one complete round. */
export interface RoundSpan {
  /** 1 for the first round. */
  readonly round: number;
  /** The round's last end minus its first start, in milliseconds. */
  readonly makespanMs: number;
  /** The round's last start minus its first, in milliseconds. */
  readonly startSkewMs: number;
}

/**
 * Computes makespan and start skew of every complete round.
 *
 * A round that lacks a valid line from any client is left out and counted in `partial`, because a span over fewer clients would
 * make the runtime look faster. The paper's time tables contain the mean of the makespan over rounds.
 *
 * @example roundSpans({ clients: 2, rounds: 1, startMs: [0, 5], endMs: [80, 84], valid: [1, 1] }) // { spans: [{ round: 1, makespanMs: 84, startSkewMs: 5 }], partial: 0 }
 * @example roundSpans({ clients: 2, rounds: 1, startMs: [0, 5], endMs: [80, 84], valid: [1, 0] }) // { spans: [], partial: 1 }
 */
export function roundSpans({ clients, rounds, startMs, endMs, valid }: CellStarts): {
  readonly spans: readonly RoundSpan[];
  readonly partial: number;
} {
  const spans: RoundSpan[] = [];
  for (let round = 0; round < rounds; round++) {
    let firstStart = Number.POSITIVE_INFINITY;
    let lastStart = Number.NEGATIVE_INFINITY;
    let lastEnd = Number.NEGATIVE_INFINITY;
    let complete = clients > 0;
    for (let at = round * clients; at < (round + 1) * clients; at++) {
      if (valid[at] !== 1) {
        complete = false;
        break;
      }
      const start = startMs[at]!;
      const end = endMs[at]!;
      if (start < firstStart) firstStart = start;
      if (start > lastStart) lastStart = start;
      if (end > lastEnd) lastEnd = end;
    }
    if (complete) {
      spans.push({ round: round + 1, makespanMs: lastEnd - firstStart, startSkewMs: lastStart - firstStart });
    }
  }
  return { spans, partial: rounds - spans.length };
}
