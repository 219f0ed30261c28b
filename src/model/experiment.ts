/** Every experiment by name, in the order that help and messages list them. */
export const experimentNames = ["time", "memory", "density", "cgroups", "rootfs", "io", "arrivals", "fit"] as const;

/**
 * The paper's experiments: cold starts by concurrency (`time`, section 5.2), memory per sandbox by density (`memory`, 5.3), cold
 * starts on top of running sandboxes (`density`, 5.4). Parts of a cold start: control groups (`cgroups`, 3.3 and 4.4), root file
 * systems (`rootfs`, 3.1 and 4.2) and I/O inside containers (`io`, 3.1). Beyond the paper: cold starts at a rate (`arrivals`),
 * and how many sandboxes fit (`fit`).
 */
export type Experiment = (typeof experimentNames)[number];
