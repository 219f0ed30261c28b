/**
 * Where a cold start ends: the sandbox is ready (what the paper measures), its container is started, the container's process
 * has written its first line, or the process answers on the network.
 */
export const ends = ["sandbox", "container", "output", "response"] as const;

/** Where a cold start ends. */
export type End = (typeof ends)[number];
