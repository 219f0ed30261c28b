import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { confoundsBetween } from "../../../src/analysis/confounds.js";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { projectRoot } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";

/**
 * The circumstances of a campaign, from its run.json on the disk to what `compare` names: a recorded campaign against a copy
 * of it in which one thing is different.
 */
const test = suite("the confounds that compare lists");

interface RecordedManifest {
  host: Record<string, unknown>;
  runs: { versions: Record<string, unknown>; config: Record<string, unknown> }[];
}

const ofHost = (name: string, value: string) => (manifest: RecordedManifest) => {
  manifest.host[name] = value;
};
const ofConfig = (values: Readonly<Record<string, string>>) => (manifest: RecordedManifest) => {
  for (const { config } of manifest.runs) Object.assign(config, values);
};

const changes: Readonly<Record<string, (manifest: RecordedManifest) => void>> = {
  containerd: manifest => {
    for (const { config, versions } of manifest.runs) {
      versions.containerd = "2.1.9";
      config.service = "containerd 2.1.9";
    }
  },
  kernel: manifest => {
    manifest.host.kernel = "6.1.0";
    for (const { versions } of manifest.runs) versions.kernel = "6.1.0";
  },
  "OCI runtime": ofConfig({ ociVersion: "runc 9.9.9", ociDigest: "0123456789ab" }),
  ociDigest: ofConfig({ ociDigest: "0123456789ab" }),
  handlerType: ofConfig({ handlerType: "io.containerd.kata.v2" }),
  handlerOptions: ofConfig({ handlerOptions: '{"NoPivotRoot":true}' }),
  snapshotter: ofConfig({ snapshotter: "erofs" }),
  cgroupDriver: ofConfig({ cgroupDriver: "systemd" }),
  sandboxImage: ofConfig({ sandboxImage: "registry.example/pause:3.10" }),
  image: ofConfig({ image: "registry.example/app:1" }),
  imageId: ofConfig({ imageId: "sha256:00" }),
  cni: ofConfig({ cni: "0123456789ab" }),
  kernelParameters: ofHost("kernelParameters", "quiet mitigations=off"),
  governor: ofHost("governor", "powersave"),
  microcode: ofHost("microcode", "0xff"),
  mitigations: ofHost("mitigations", "meltdown: Vulnerable"),
  transparentHugePages: ofHost("transparentHugePages", "never"),
  cgroups: ofHost("cgroups", "v2"),
  host: ofHost("id", "0123456789ab"),
};

const recorded = join(projectRoot, "raw/cold-start-node");

for (const [what, change] of Object.entries(changes)) {
  test(`a campaign in which only ${what} differs: exactly that is named`, () =>
    inTempFolder(async folder => {
      const other = join(folder, "other");
      cpSync(recorded, other, { recursive: true });
      const file = join(other, "run.json");
      const manifest = JSON.parse(readFileSync(file, "utf8")) as RecordedManifest;
      change(manifest);
      writeFileSync(file, JSON.stringify(manifest));
      const [before, after] = [await loadDataset(recorded), await loadDataset(other)];
      const named = before.runs.flatMap(run =>
        confoundsBetween(run, after.runs.find(each => each.run === run.run)!).map(confound => confound.what),
      );
      assert.equal([...new Set(named)], [what]);
    }));
}

test.run();
