/**
 * Runs something at a moment of `performance.now()`, closer than the millisecond a timer is good for: the last two
 * milliseconds are polled, with room for other events in between.
 *
 * @returns a function that calls it off
 */
export function runAt(dueMs: number, run: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const wait = () => {
    const leftMs = dueMs - performance.now();
    if (leftMs <= 0) run();
    else if (leftMs > 2) timer = setTimeout(wait, leftMs - 2);
    else immediate = setImmediate(wait);
  };
  wait();
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
