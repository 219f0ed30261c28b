import { suite } from "uvu";
import * as assert from "uvu/assert";
import { confoundsBetween } from "../../../src/analysis/confounds.js";
import type { RunInfo } from "../../../src/analysis/datasets/dataset.js";
import { serviceFacts } from "../../../src/measure/campaign/service/service-facts.js";

const test = suite("what a run depends on in the service");
const version = { runtimeName: "containerd", runtimeVersion: "1.7.24~ds1", runtimeApiVersion: "v1" };

/** The parts of containerd 1.7.24's verbose status that matter; as it answered with a config of two handlers. */
const reported = {
  containerd: {
    snapshotter: "native",
    runtimes: {
      runc: {
        runtimeType: "io.containerd.runc.v2",
        // containerd 2 reports IoUid, although nobody set it
        options: { BinaryName: "/nowhere/runc", SystemdCgroup: true, Root: "/run/a", NoPivotRoot: true, IoUid: 0 },
        snapshotter: "",
      },
      kata: { runtimeType: "io.containerd.kata.v2", options: null, snapshotter: "devmapper" },
    },
  },
  sandboxImage: "registry.k8s.io/pause:3.8",
};
const statusOf = (config: unknown) => ({
  conditions: [],
  info: { config: JSON.stringify(config), cniconfig: `{"PluginDirs":["/a"],"Networks":[]}` },
});
const sources = {
  version,
  status: statusOf(reported),
  socket: "/nowhere.sock",
  configText: null,
  driver: "systemd" as const,
};

test("shim, options, cgroup driver, snapshotter and sandbox image come from the service", async () => {
  const facts = await serviceFacts(sources, "runc");
  assert.is(facts.service, "containerd 1.7.24~ds1");
  assert.is(facts.snapshotter, "native");
  assert.is(facts.handlerType, "io.containerd.runc.v2");
  assert.is(facts.handlerOptions, '{"NoPivotRoot":true}');
  assert.is(facts.cgroupDriver, "systemd");
  assert.is(facts.sandboxImage, "registry.k8s.io/pause:3.8");
});

test("a handler's own snapshotter takes precedence over the service's", async () => {
  const facts = await serviceFacts(sources, "kata");
  assert.is(facts.snapshotter, "devmapper");
});

test("a snapshotter that the status does not name is read from the config; without a config it is unknown", async () => {
  const { snapshotter: _, ...silent } = reported.containerd;
  const status = statusOf({ ...reported, containerd: silent });
  const configText = 'version = 3\n[plugins."io.containerd.cri.v1.images"]\nsnapshotter = "erofs"\n';
  assert.is((await serviceFacts({ ...sources, status, configText }, "runc")).snapshotter, "erofs");
  assert.is((await serviceFacts({ ...sources, status }, "runc")).snapshotter, null);
});

const run: RunInfo = {
  run: "time_runc_01311200",
  campaign: "a",
  experiment: "time",
  runtime: "runc",
  recorded: "01311200",
  versions: { kernel: "6.1", containerd: "1.7.24", crictl: null, kata: null, vmm: null },
  handler: "runc",
  ociRuntime: "runc 1.1.5",
  template: null,
  driver: "cri",
  host: "ab",
  replayed: false,
  hostFacts: { governor: "performance", kernelParameters: "quiet", mitigations: "meltdown: PTI" },
  config: {
    service: "containerd 1.7.24",
    snapshotter: "overlayfs",
    handlerOptions: "{}",
    cgroupDriver: "cgroupfs",
    sandboxImage: "pause:3.8",
    cni: "0123",
    ociVersion: "runc 1.1.5",
    ociDigest: "beef",
  },
};

/** One change at a time, and the name under which a comparison must list it. */
const changes: readonly (readonly [what: string, changed: RunInfo])[] = [
  ["containerd", { ...run, versions: { ...run.versions, containerd: "2.1.9" } }],
  [
    "OCI runtime",
    { ...run, ociRuntime: "runc 9.9.9", config: { ...run.config, ociVersion: "runc 9.9.9", ociDigest: "f00d" } },
  ],
  ["ociDigest", { ...run, config: { ...run.config, ociDigest: "f00d" } }],
  ...(["snapshotter", "handlerOptions", "cgroupDriver", "sandboxImage", "cni"] as const).map(
    name => [name, { ...run, config: { ...run.config, [name]: "another" } }] as const,
  ),
  ...(["governor", "kernelParameters", "mitigations"] as const).map(
    name => [name, { ...run, hostFacts: { ...run.hostFacts, [name]: "another" } }] as const,
  ),
];

for (const [what, changed] of changes) {
  test(`a comparison of two runs that differ only in ${what} names exactly this difference`, () => {
    assert.equal(
      confoundsBetween(run, changed).map(confound => confound.what),
      [what],
    );
  });
}

test.run();
