import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatManifest, type Manifest, parseManifest } from "../../src/campaign-files/index.js";
import { LabError } from "../../src/model/errors.js";

const test = suite("run.json");
const manifest: Manifest = {
  format: 1,
  campaign: "20260131T120000-time",
  label: "20260131T120000-time-ab",
  name: null,
  status: "running",
  why: null,
  startedAt: "2026-01-31T12:00:00.000Z",
  endedAt: null,
  command: ["run", "time"],
  tool: { version: "0.1.0", node: "20.19.0" },
  driver: "cri",
  endpoint: "unix:///x",
  service: { name: "containerd", version: "1.6.20" },
  replayed: false,
  replay: null,
  host: { id: "abc", cores: 2 },
  plan: { digest: "00", settings: { experiments: [] } },
  runs: [
    {
      run: "time_runc_01311200",
      experiment: "time",
      runtime: "runc",
      handler: "runc",
      label: "runc",
      recorded: "01311200",
      repeat: 1,
      template: null,
      config: { snapshotter: "overlayfs", defaultMemoryMb: null },
      versions: { kernel: "6.1", containerd: "1.6.20", crictl: null, kata: null, vmm: null },
    },
  ],
};

test("a manifest is read back unchanged", () => {
  assert.equal(parseManifest(formatManifest(manifest)), manifest);
});

test("the first invalid field is named", () => {
  const wrong: readonly [unknown, RegExp][] = [
    [{ ...manifest, format: 2 }, /^here\/run\.json: expected 1 in format, found 2$/],
    [
      { ...manifest, status: "done" },
      /expected "running" or "complete" or "interrupted" or "failed" in status, found "done"/,
    ],
    [{ ...manifest, host: {} }, /expected text in host\.id, found nothing/],
    [{ ...manifest, runs: [{ ...manifest.runs[0], config: { a: [] } }] }, /in runs\[0\]\.config/],
    [{ ...manifest, runs: {} }, /expected a list in runs/],
    [[], /expected an object in the document, found \[\]/],
  ];
  for (const [value, message] of wrong) {
    assert.throws(
      () => parseManifest(JSON.stringify(value), "here/run.json"),
      (error: LabError) => error instanceof LabError && error.code === "RUND_MANIFEST" && message.test(error.message),
    );
  }
  assert.throws(() => parseManifest("{", "run.json"), /expected a JSON document, found text that is not JSON/);
  assert.throws(() => parseManifest("", "run.json"), /found nothing/);
});

test.run();
