import type { Metadata } from "@grpc/grpc-js";

/**
 * The request header in which our client tells when a cold start was asked for: nanoseconds of the machine's monotonic
 * clock, `process.hrtime`. A recorded latency counts from there, not from when the request had made its way through a
 * crowd of a hundred others. Real runtimes do not look at it.
 */
export const sentHeader = "rund-lab-sent-ns";

/**
 * When a request was sent, on the clock of `performance.now()`: as its header says, or now where there is none (crictl
 * sends none) or where it cannot be true.
 */
export function sentAt(metadata: Metadata): number {
  const nowMs = performance.now();
  const header = String(metadata.get(sentHeader)[0] ?? "");
  if (!/^\d{1,20}$/.test(header)) return nowMs;
  const ageMs = Number(process.hrtime.bigint() - BigInt(header)) / 1e6;
  return ageMs >= 0 && ageMs < 10_000 ? nowMs - ageMs : nowMs;
}
