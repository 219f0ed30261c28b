import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { census, isOfSandbox } from "../../../src/measure/containerd/census/index.js";
import {
  type ExperimentWishes,
  experimentSettings,
  type MeasureOptions,
  makePlan,
  measureCampaign,
  openService,
  type PrivateContainerd,
  readLimits,
  resumeCampaign,
  runtimes,
  startContainerd,
} from "../../../src/measure/index.js";
import { type Need, needs, suiteNeeding } from "../../support/needs.js";

/**
 * A suite with a private containerd of its own, started before its tests and gone after them. `own` has it, and the folder in
 * which it and the tests' campaigns lie, from the moment that the tests begin.
 *
 * @param besides what the tests need besides root and containerd
 */
export function suiteOnContainerd(name: string, ...besides: readonly Need[]) {
  const test = suiteNeeding(name, needs.root, needs.containerd, ...besides);
  const own = {} as { folder: string; containerd: PrivateContainerd };
  test.before(async () => {
    own.folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
    own.containerd = await startContainerd(join(own.folder, "containerd"));
  });
  test.after(async () => {
    await own.containerd.stop();
    rmSync(own.folder, { recursive: true });
  });
  return { test, own: own as Readonly<typeof own> };
}

/** Windows short enough for a test, and no wait for a quiet that other tests prevent. */
export const briefTiming = { quietLimitMs: 0, idleMs: 50, settleMs: 50 };

export const wellPlanned = (wishes: readonly ExperimentWishes[]) =>
  makePlan(
    { name: null, experiments: wishes.map(experimentSettings), custom: [] },
    { runtimes, limits: readLimits(), timing: briefTiming },
  );

/** Measures on a real containerd; goes on with a campaign where a folder of one is given. */
export async function measureOn(
  endpoint: string,
  wishes: readonly ExperimentWishes[],
  folder: { readonly out: string } | { readonly resume: string },
  options: Partial<MeasureOptions> = {},
): Promise<string> {
  const service = await openService(endpoint, "cri");
  const request: MeasureOptions = {
    plan: wellPlanned(wishes),
    service,
    endpoint,
    command: [],
    toolVersion: "0",
    report: () => {},
    signal: new AbortController().signal,
    timing: briefTiming,
    ...options,
  };
  try {
    return "out" in folder ? await measureCampaign(folder.out, request) : await resumeCampaign(folder.resume, request);
  } finally {
    service.cri.close();
  }
}

/** Processes whose command line names the containerd's folder or socket, by pid: its shims, and what runs under them. */
export const processesOf = ({ folder, pid }: PrivateContainerd): readonly string[] =>
  readdirSync("/proc").filter(name => {
    if (!/^\d+$/.test(name) || Number(name) === pid || Number(name) === process.pid) return false;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, "utf8");
      // a shim's program also runs for a moment to start one, or to delete what a dead one left
      const helper = /\0(start|delete)\0$/.test(words);
      return words.includes("containerd-shim") && words.includes(folder) && !helper;
    } catch {
      return false;
    }
  });

const ofSandboxes = async (folder: string): Promise<readonly string[]> =>
  (await census(folder)).filter(isOfSandbox).map(({ kind, what }) => `${kind} ${what}`);

/** Makes sure that nothing of any sandbox is left: by the census, and by containerd's own count. */
export async function assertNothingLeft({ folder, socket }: PrivateContainerd): Promise<void> {
  // containerd finishes a removal a moment after it has answered
  const deadline = performance.now() + 5_000;
  let remains = await ofSandboxes(folder);
  while (remains.length > 0 && performance.now() < deadline) {
    await new Promise(resolve => setTimeout(resolve, 100));
    remains = await ofSandboxes(folder);
  }
  assert.equal(remains, []);
  const ctr = (...words: string[]) =>
    execFileSync("ctr", ["-a", socket, "-n", "k8s.io", ...words], { encoding: "utf8" }).trim();
  assert.is(ctr("containers", "list", "-q"), "");
  assert.is(ctr("tasks", "list", "-q"), "");
}
