import { byText } from "../model/order.js";
import type { RunInfo } from "./datasets/dataset.js";

/** A difference between two runs other than the compared one. */
export interface Confound {
  /** `kernel`, `containerd`, `snapshotter`, … */
  readonly what: string;
  /** As the runs recorded it; null if they did not. */
  readonly a: string | null;
  readonly b: string | null;
}

/**
 * Returns the differences between the recorded circumstances of two runs: versions, config values, driver, host; for two runs
 * of one runtime id, also the runtime handler and the OCI runtime's version. If only one of them recorded a value, it is
 * listed, because it may differ. Values that neither recorded are not listed.
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
      // a different version has a different digest; the digest alone is reported only for a rebuilt version
      .filter(({ what }) => what !== "ociDigest" || left.get("OCI runtime") === right.get("OCI runtime"))
      .sort((a, b) => rank(a) - rank(b) || byText(a.what, b.what))
  );
}

/** How the sandboxes were started. A run that does not record it had empty sandboxes on the host's network. */
const plainWorkload = { until: "sandbox", network: "node", image: "none" } as const;

/** A different end, network or image explains a difference better than anything else, so it comes first. */
function rank({ what }: Confound): number {
  const index = Object.keys(plainWorkload).indexOf(what);
  return index < 0 ? Object.keys(plainWorkload).length : index;
}

/**
 * Returns several lists as one without repetitions, in their order.
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

/** Facts about a runtime handler. If two runtimes are compared, they are part of the comparison and not confounds. */
const handlerFacts = ["handlerType", "handlerOptions", "ociDigest"];

function circumstances(run: RunInfo, sameRuntime: boolean): ReadonlyMap<string, string> {
  const { versions, template, driver, host, hostFacts } = run;
  const { ociVersion: _, service = null, ...config } = run.config;
  const compared = sameRuntime ? [] : handlerFacts;
  const facts = Object.fromEntries(Object.entries(config).filter(([name]) => !compared.includes(name)));
  const own = sameRuntime ? { handler: run.handler, "OCI runtime": run.ociRuntime } : {};
  // containerd's version is listed separately
  const other = versions.containerd === null ? { service } : {};
  const known = { ...plainWorkload, ...versions, template, driver, host, ...hostFacts, ...other, ...own, ...facts };
  const recorded = Object.entries(known).filter(([, value]) => value !== null && value !== undefined);
  return new Map(recorded.map(([what, value]) => [what, String(value)]));
}
