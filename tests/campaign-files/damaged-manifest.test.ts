/** Every field of run.json, replaced by every value of another type. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { examineManifest, formatManifest, type Manifest, parseManifest } from "../../src/campaign-files/index.js";
import { LabError } from "../../src/model/errors.js";
import { damagesOf, type Json, type Path } from "../support/damaged-json.js";
import { typeOf } from "./types-of.js";

const test = suite("a damaged run.json");

const machine = {
  id: "abc",
  cpu: "EPYC",
  cores: 2,
  memoryMiB: 8000,
  architecture: "x64",
  kernel: "6.1.0",
  distribution: "Debian",
  cgroups: "v2" as const,
  governor: "performance",
  kernelParameters: "quiet",
  microcode: "0x1",
  mitigations: "l1tf: no",
  transparentHugePages: "madvise",
  virtualised: true,
};
const node = {
  name: "n1",
  ready: true,
  schedulable: true,
  kernel: "6.1",
  runtime: "containerd://1.6",
  kubelet: "v1.32",
  os: "Debian",
  architecture: "amd64",
  instanceType: "m5",
  cpus: 2,
  pods: 110,
  memoryMiB: 8000,
};
const manifest: Manifest = {
  format: 1,
  campaign: "20260131T120000-memory",
  label: "20260131T120000-memory-ab",
  name: "mine",
  status: "failed",
  why: "the disk is full",
  startedAt: "2026-01-31T12:00:00.000Z",
  endedAt: "2026-01-31T13:00:00.000Z",
  command: ["run", "memory"],
  tool: { version: "0.2.0", node: "20.20.2" },
  driver: "cri",
  endpoint: "unix:///x",
  service: { name: "containerd", version: "1.6.20" },
  replayed: true,
  replay: { dataset: "paper_data", speed: 20, seed: 1 },
  host: {
    ...machine,
    nodes: [node],
    runtimeClasses: [{ name: "kata", handler: "kata", overhead: { memory: "1Gi" } }],
    client: machine,
  },
  plan: { digest: "00", settings: { experiments: [] } },
  runs: [
    {
      run: "mem_kata_01311200",
      experiment: "memory",
      runtime: "kata",
      handler: "kata",
      label: "Kata",
      colour: "red",
      recorded: "01311200",
      repeat: 2,
      template: true,
      config: { snapshotter: "overlayfs", defaultMemoryMb: 168 },
      versions: { kernel: "6.1", containerd: "1.6.20", crictl: "1.26", kata: "3.2", vmm: "qemu" },
    },
  ],
};

/** Parts that nobody may know: null in a run.json that is right, and null where they are damaged. */
const mayBeUnknown = (path: Path): boolean => {
  const [first, ...rest] = path;
  const last = String(path.at(-1));
  if (["name", "why", "endedAt"].includes(String(first))) return path.length === 1;
  if (first === "host") {
    const ofMachine = rest.length === 1 || (rest.length === 2 && rest[0] === "client");
    return (
      (ofMachine && last in machine && last !== "id") ||
      (["instanceType", "overhead"].includes(last) && rest.length === 3)
    );
  }
  if (first !== "runs" || rest.length < 2) return false;
  return (
    (rest[1] === "versions" && rest.length === 3) ||
    ["template", "colour"].includes(last) ||
    (rest[1] === "config" && rest.length === 3)
  );
};

/** Parts that older campaigns lack, or that only a cluster has. */
const mayBeMissing = (path: Path): boolean =>
  (path[0] === "host" && mayBeUnknown(path) && path.length <= 3 && path.at(-1) !== "instanceType") ||
  (path[0] === "host" && path.length === 2 && ["nodes", "runtimeClasses", "client"].includes(String(path[1]))) ||
  // one entry less is another list
  ((path[0] === "command" || path[0] === "runs") && path.length === 2) ||
  (path[0] === "host" && path.length === 3 && typeof path[2] === "number") ||
  ["config", "overhead", "settings"].includes(String(path.at(-2))) ||
  path.at(-1) === "colour";

/** Words that are chosen from a list, or have a form. */
const formed = new Set([
  "status",
  "startedAt",
  "endedAt",
  "recorded",
  "run",
  "runtime",
  "experiment",
  "cgroups",
  "colour",
]);
const notEmpty = new Set(["id", "campaign", "label", "driver", "digest"]);

function isAllowed(path: Path, before: unknown, after: unknown): boolean {
  const last = String(path.at(-1));
  if (after === undefined) return mayBeMissing(path);
  if (path[0] === "plan" && path[1] === "settings") return path.length > 2 || typeOf(after) === "object";
  if (after === null) return mayBeUnknown(path);
  if (path.at(-2) === "config") return ["string", "number", "boolean"].includes(typeOf(after));
  if (typeOf(after) !== typeOf(before)) return false;
  switch (typeof before) {
    case "string":
      if (path[0] === "runs" && last === "label") return true;
      return (
        !formed.has(path.at(-1) === "runtime" && path[1] === "nodes" ? "" : last) &&
        !(after === "" && notEmpty.has(last))
      );
    case "number":
      return after === 7 && last !== "format";
    case "boolean":
      return true;
    default:
      // a list without entries, an object without fields that are needed
      if (Array.isArray(before)) return Array.isArray(after) && after.length === 0;
      return last === "config" || last === "overhead"
        ? Object.values(after as object).every(value => value !== 1 || last === "config")
        : false;
  }
}

test("a whole run.json has no problem", () => {
  assert.equal(examineManifest(formatManifest(manifest)), { manifest, problems: [] });
});

test("any field of a wrong type is a problem that names it, and is null or ends the reading", () => {
  let [nulled, refused] = [0, 0];
  for (const { path, text } of damagesOf(manifest, isAllowed)) {
    const what = `${path.join(".")}: ${text}`;
    const isRefusal = (error: unknown) => error instanceof LabError && error.code === "RUND_MANIFEST";
    assert.throws(() => parseManifest(text), isRefusal, what);
    try {
      const read = examineManifest(text);
      assert.ok(read.problems.length > 0, what);
      const part = path.reduce<unknown>((part, key) => (part as Json | null)?.[key], read.manifest);
      // an object's fields may be unknown one by one
      const known = typeOf(part) === "object" ? Object.values(part as object) : [part];
      assert.ok(
        known.every(value => value == null),
        what,
      );
      nulled++;
    } catch (error) {
      assert.ok(isRefusal(error), `${what}\n${(error as Error).stack}`);
      refused++;
    }
  }
  assert.ok(nulled > 300 && refused > 500, `${nulled} ${refused}`);
});

test("a version that is not text becomes null, with its path; an invalid experiment of a run ends the reading", () => {
  const text = formatManifest(manifest);
  const read = examineManifest(text.replace('"kata": "3.2"', '"kata": 3.2'), "a/run.json");
  assert.equal(read.problems, [
    { file: "a/run.json", line: null, code: "RUND_MANIFEST", expected: "text in runs[0].versions.kata", found: "3.2" },
  ]);
  assert.equal(read.manifest.runs[0]!.versions, { ...manifest.runs[0]!.versions, kata: null });
  assert.throws(
    () => examineManifest(text.replace('"experiment": "memory"', '"experiment": "mem"')),
    /in runs\[0\]\.experiment, found "mem"/,
  );
});

test("a field that run.json does not have is a problem, and the rest is read", () => {
  const read = examineManifest(JSON.stringify({ ...manifest, more: 1 }));
  assert.equal(read.manifest, manifest);
  assert.equal(
    read.problems.map(({ expected, found }) => [expected, found]),
    [["no such field in more", "1"]],
  );
});

test.run();
