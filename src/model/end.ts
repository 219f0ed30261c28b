/**
 * The ends of a cold start: the sandbox is ready (as in the paper), its container is started, the container's process has written
 * its first line, or the process answers on the network.
 */
export const ends = ["sandbox", "container", "output", "response"] as const;

/** The end of a cold start. */
export type End = (typeof ends)[number];
