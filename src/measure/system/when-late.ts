/** Milliseconds of real time after which a message says what is being waited for. */
const silentMs = 5_000;

/** Waits for a promise, and does something once if it takes long, such as printing what is being waited for. */
export async function whenLate<Result>(
  work: Promise<Result>,
  late: () => void,
  afterMs: number = silentMs,
): Promise<Result> {
  const timer = setTimeout(late, afterMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
