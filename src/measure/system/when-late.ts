/** Milliseconds of real time that a wait may take without a message. */
const silentMs = 5_000;

/** Waits for a promise. If it takes long, calls a function once, for example to print a message. */
export async function whenLate<Result>(work: Promise<Result>, late: () => void): Promise<Result> {
  const timer = setTimeout(late, silentMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
