/** Milliseconds of the machine's time after which a message says what is being waited for. */
const silentMs = 5_000;

/** Waits for some work, and does something once if it takes long, such as saying what is being waited for. */
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
