import type { RunInfo } from "./datasets/dataset.js";

/** A difference between two runs that is not the one being compared. */
export interface Confound {
  /** `kernel`, `containerd`, `snapshotter`, … */
  readonly what: string;
  /** As the runs recorded it; null where they did not. */
  readonly a: string | null;
  readonly b: string | null;
}

/**
 * Returns what differs between the circumstances of two runs, by what they recorded: versions, config values, driver, host; for
 * two runs under one runtime id also the runtime handler and the OCI runtime's version.
 * Something only one of them recorded is listed, since it may differ; something neither recorded cannot be.
 *
 * @returns the workload's end, network and image first, then sorted by name
 */
export function confoundsBetween(a: RunInfo, b: RunInfo): readonly Confound[] {
  const same = a.runtime === b.runtime;
  const [left, right] = [circumstances(a, same), circumstances(b, same)];
  return (
    [...new Set([...left.keys(), ...right.keys()])]
      .map(what => ({ what, a: left.get(what) ?? null, b: right.get(what) ?? null }))
      .filter(({ a, b }) => a !== b)
      // another version has another digest; only a rebuilt one is worth a line
      .filter(({ what }) => what !== "ociDigest" || left.get("OCI runtime") === right.get("OCI runtime"))
      .sort((a, b) => rank(a) - rank(b) || (a.what < b.what ? -1 : 1))
  );
}

/** What the sandboxes were started with; a run that does not say had empty sandboxes on the host's network. */
const plainWorkload = { until: "sandbox", network: "node", image: "none" } as const;

/** Another end, network or image explains a difference before anything else does. */
function rank({ what }: Confound): number {
  const index = Object.keys(plainWorkload).indexOf(what);
  return index < 0 ? Object.keys(plainWorkload).length : index;
}

/**
 * Returns several lists as one without repeats, in their order.
 *
 * @example mergeConfounds([[{ what: "kernel", a: "5", b: "6" }], [{ what: "kernel", a: "5", b: "6" }]]) // [{ what: "kernel", a: "5", b: "6" }]
 */
export function mergeConfounds(lists: readonly (readonly Confound[])[]): readonly Confound[] {
  const byText = new Map(lists.flat().map(confound => [JSON.stringify(confound), confound]));
  return [...byText.values()];
}

/**
 * Returns one confound as text.
 *
 * @example describeConfound({ what: "containerd", a: "v1.5.8", b: null }) // "containerd v1.5.8 against not recorded"
 */
export function describeConfound({ what, a, b }: Confound): string {
  return `${what} ${a ?? "not recorded"} against ${b ?? "not recorded"}`;
}

/** Facts about a runtime handler: between two runtimes they are what is compared, not confounds. */
const handlerFacts = ["handlerType", "handlerOptions", "ociDigest"];

function circumstances(run: RunInfo, sameRuntime: boolean): ReadonlyMap<string, string> {
  const { versions, template, driver, host, hostFacts } = run;
  const { ociVersion: _, service = null, ...config } = run.config;
  const compared = sameRuntime ? [] : handlerFacts;
  const facts = Object.fromEntries(Object.entries(config).filter(([name]) => !compared.includes(name)));
  // between two runtimes these are what is compared
  const own = sameRuntime ? { handler: run.handler, "OCI runtime": run.ociRuntime } : {};
  // containerd has a version of its own already
  const other = versions.containerd === null ? { service } : {};
  const known = { ...plainWorkload, ...versions, template, driver, host, ...hostFacts, ...other, ...own, ...facts };
  const recorded = Object.entries(known).filter(([, value]) => value !== null && value !== undefined);
  return new Map(recorded.map(([what, value]) => [what, String(value)]));
}
