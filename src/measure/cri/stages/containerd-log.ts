import { timestampNs } from "../grpc/timestamp.js";

const isTime = /^\d{4}-\d\d-\d\dT[\d:]{8}(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Returns the time at which containerd received each RunPodSandbox request, from its own log (level info or debug). The latest
 * time of a round minus the earliest is the start skew as the service saw it.
 *
 * @param log whole lines of containerd's log
 * @returns nanoseconds since the epoch by the sandbox's uid; if several requests have one uid, the first; lines without a valid
 * time are left out
 * @example requestTimes('time="1970-01-01T00:00:02Z" level=info msg="RunPodSandbox for &PodSandboxMetadata{Name:a,Uid:u1,Namespace:n,Attempt:0,}"') // new Map([["u1", 2000000000n]])
 */
export function requestTimes(log: string): Map<string, bigint> {
  const times = new Map<string, bigint>();
  // containerd 1 and 2.0 print Go's struct, later ones protobuf's text
  const pattern =
    /^time="([^"]+)" .*msg="RunPodSandbox for (?:&PodSandboxMetadata\{.*?Uid:([^,]*),|.*?uid:\\"(.*?)\\")/gm;
  for (const [, time = "", struct, text] of log.matchAll(pattern)) {
    const uid = struct ?? text ?? "";
    if (!times.has(uid) && isTime.test(time) && !Number.isNaN(Date.parse(time))) times.set(uid, timestampNs(time));
  }
  return times;
}
