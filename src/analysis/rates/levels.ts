import type { ArrivalWindow } from "../datasets/dataset.js";
import { sum } from "../stats/index.js";

/** A stretch of time, in milliseconds since the release. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The number of starts or sandboxes that exist at a time, over a window. */
export interface Level {
  /** The mean over the window. */
  readonly mean: number;
  /** The maximum at one moment, also after the window. */
  readonly most: number;
}

/** Returns a span for each admitted start: from its request to its end. */
export const inFlightSpans = ({ starts }: Pick<ArrivalWindow, "starts">): readonly Span[] =>
  starts.flatMap(({ sent, sentMs, endMs }) => (sent ? [{ fromMs: sentMs, toMs: endMs }] : []));

/**
 * Returns a span for each admitted start: from its request until its sandbox is removed, or until its end if no sandbox was
 * left.
 */
export function aliveSpans({ starts, removals }: Pick<ArrivalWindow, "starts" | "removals">): readonly Span[] {
  const doneMs = new Map(removals.map(removal => [removal.client, removal.doneMs]));
  return starts.flatMap(({ sent, sentMs, endMs }, index) =>
    sent ? [{ fromMs: sentMs, toMs: doneMs.get(index + 1) ?? endMs }] : [],
  );
}

/**
 * Returns the mean number of spans that cover a moment, for each of the equal parts of a window.
 *
 * @example meanLevels([{ fromMs: 0, toMs: 150 }, { fromMs: 100, toMs: 200 }], 200, 2) // [1, 1.5]
 */
export function meanLevels(spans: readonly Span[], durationMs: number, parts: number): readonly number[] {
  const width = durationMs / parts;
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [part * width, (part + 1) * width];
    const covered = spans.map(({ fromMs, toMs }) => Math.max(0, Math.min(toMs, to) - Math.max(fromMs, from)));
    return sum(covered) / width;
  });
}

/**
 * Returns the mean number of spans over a window, and the maximum at one moment.
 *
 * @example levelOf([{ fromMs: 0, toMs: 150 }, { fromMs: 100, toMs: 200 }], 200) // { mean: 1.25, most: 2 }
 */
export function levelOf(spans: readonly Span[], durationMs: number): Level {
  // if one span ends when another begins, the end counts first
  const changes = spans
    .flatMap(({ fromMs, toMs }) => [
      { atMs: fromMs, by: 1 },
      { atMs: toMs, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let now = 0;
  let most = 0;
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return { mean: meanLevels(spans, durationMs, 1)[0]!, most };
}
