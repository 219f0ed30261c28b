import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { Manifest } from "../../../src/campaign-files/manifest.js";
import { patchToml } from "../../../src/measure/changes/toml.js";
import { campaignGroups } from "../../../src/measure/containerd/census/control-groups.js";
import { type PrivateContainerd, restartContainerd, startContainerd } from "../../../src/measure/index.js";
import type { TomlOverlay } from "../../../src/measure/runtimes/runtime.js";
import { needs, suiteNeeding, which } from "../../support/needs.js";
import { assertNothingLeft, measureOn } from "../campaign/real.js";

/**
 * systemd does not run here, so a recorder stands before runc: it keeps the OCI spec and the arguments that it is given, and leaves
 * `--systemd-cgroup` out of what it passes on.
 */
const test = suiteNeeding("the parent of the sandboxes' control groups", needs.root, needs.containerd, needs.runc);

let folder: string;
let containerd: PrivateContainerd;
let configText: string;

test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  mkdirSync(join(folder, "specs"));
  const recorder = `#!/bin/sh
keep=${join(folder, "specs")}/$$
bundle= last=
for word; do
  [ "$last" = --bundle ] && bundle=$word
  last=$word
done
[ -z "$bundle" ] || { cp "$bundle/config.json" "$keep.json"; printf '%s\\n' "$*" >"$keep.args"; }
for word; do
  shift
  [ "$word" = --systemd-cgroup ] || set -- "$@" "$word"
done
exec ${which("runc")} "$@"
`;
  writeFileSync(join(folder, "recorder"), recorder);
  chmodSync(join(folder, "recorder"), 0o755);
  containerd = await startContainerd(join(folder, "containerd"));
  configText = readFileSync(containerd.configPath, "utf8");
});
test.after(async () => {
  await containerd.stop();
  rmSync(folder, { recursive: true });
});

/** The table of runc's options in containerd's config. */
const options = /^\[(plugins\..*runtimes\.runc\.options)\]$/m;

/** Measures two sandboxes with the recorder, and gives the campaign's manifest and what the recorder was handed. */
async function measured(systemd: boolean, asked: { readonly cgroupParent?: string; readonly seccomp?: boolean } = {}) {
  const change: TomlOverlay = {
    [options.exec(configText)![1]!]: { BinaryName: join(folder, "recorder"), SystemdCgroup: systemd },
  };
  writeFileSync(containerd.configPath, patchToml(configText, change, "config", "add"));
  containerd = await restartContainerd(containerd.folder);
  rmSync(join(folder, "specs"), { recursive: true });
  mkdirSync(join(folder, "specs"));
  const wishes = { experiment: "time", runtimes: ["runc"], concurrency: [2], rounds: 1, ...asked } as const;
  const path = await measureOn(containerd.endpoint, [wishes], { out: join(folder, "raw") });
  const manifest = JSON.parse(readFileSync(join(path, "run.json"), "utf8")) as Manifest;
  const read = (ending: string) =>
    readdirSync(join(folder, "specs"))
      .filter(name => name.endsWith(ending))
      .map(name => readFileSync(join(folder, "specs", name), "utf8"));
  type Spec = {
    readonly linux: { readonly cgroupsPath: string; readonly seccomp?: { readonly defaultAction: string } };
  };
  const specs = read(".json").map(text => JSON.parse(text) as Spec);
  return {
    ...manifest,
    paths: specs.map(({ linux }) => linux.cgroupsPath),
    filters: specs.map(({ linux }) => linux.seccomp?.defaultAction),
    calls: read(".args"),
  };
}

const id = "[0-9a-f]{64}";

test("with cgroupfs it is the campaign's own path, and none of its groups is left", async () => {
  const { label, paths, filters, runs, calls } = await measured(false);
  assert.is(paths.length, 3, "one before the round, two in it");
  for (const path of paths) assert.match(path, new RegExp(`^/rund-lab-${label}/${id}$`));
  assert.is(runs[0]?.config.cgroupDriver, "cgroupfs");
  assert.equal(new Set(filters), new Set([undefined]));
  assert.not(calls.some(call => call.includes("--systemd-cgroup")));
  assert.equal(campaignGroups(`rund-lab-${label}`), []);
  await assertNothingLeft(containerd);
});

test("with systemd it is the campaign's own slice, in the form slice:prefix:name", async () => {
  const { label, paths, runs, calls } = await measured(true);
  assert.is(paths.length, 3);
  // systemd reads a hyphen as a slice within a slice, which would stay when the campaign's own is gone
  const slice = `rundlab_${label.replaceAll("-", "_")}.slice`;
  for (const path of paths) assert.match(path, new RegExp(`^${slice}:cri-containerd:${id}$`));
  assert.ok(calls.every(call => call.includes("--systemd-cgroup")));
  assert.is(runs[0]?.config.cgroupDriver, "systemd");
  await assertNothingLeft(containerd);
});

test("--cgroup-parent sets a different one, and the manifest records it", async () => {
  const { paths, runs } = await measured(true, { cgroupParent: "lab.slice" });
  for (const path of paths) assert.match(path, new RegExp(`^lab\\.slice:cri-containerd:${id}$`));
  assert.is(runs[0]?.config.cgroupParent, "lab.slice");
});

test("--seccomp requests the service's default profile for the sandbox, as a kubelet does, and the manifest records it", async () => {
  const { filters, runs } = await measured(false, { seccomp: true });
  assert.equal(filters, ["SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO"]);
  assert.is(runs[0]?.config.seccomp, true);
});

test.run();
