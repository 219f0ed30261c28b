import { join } from "node:path";
import { V1ObjectMeta } from "@kubernetes/client-node/dist/gen/models/V1ObjectMeta.js";
import { V1Overhead } from "@kubernetes/client-node/dist/gen/models/V1Overhead.js";
import { V1RuntimeClass } from "@kubernetes/client-node/dist/gen/models/V1RuntimeClass.js";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { fitsCsv, type Overhead, overhead, runtimeClassYaml } from "../../../src/analysis/capacity/index.js";
import type { Dataset } from "../../../src/analysis/datasets/dataset.js";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import type { FitEvent } from "../../../src/campaign-files/index.js";
import { dataset } from "../../present/figures/dataset.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("the overhead of a sandbox");

const host = (slabKiB: number) => ({
  memAvailableKiB: 1_000_000,
  slabKiB,
  pageTablesKiB: 0,
  kernelStackKiB: 0,
  percpuKiB: 0,
  anonHugePagesKiB: 0,
  hugetlbKiB: 0,
});

const step = (density: number, pssKiB: number, slabKiB: number, busy: number): FitEvent["steps"][number] => ({
  density,
  added: 10,
  failed: 0,
  latencyP50Ms: 50,
  latencyP99Ms: 90,
  pssKiB,
  host: host(slabKiB),
  bounds: [],
  memoryPressure: 0,
  swapIn: 0,
  idle: { busy, total: 200, ms: 1000 },
  ms: 2000,
});

const ramp: FitEvent = {
  event: "fit",
  at: "2026-01-31T12:00:00.000Z",
  run: "fit_runsc_01311200",
  runtime: "runsc",
  density: 20,
  block: 1,
  position: 1,
  round: 1,
  fits: 20,
  rule: "asked",
  why: "20 were asked for",
  hostBefore: host(5_000),
  boundsBefore: [],
  idleBefore: { busy: 2, total: 200, ms: 1000 },
  cleanupMs: 10,
  steps: [step(10, 120_000, 15_000, 3), step(20, 200_000, 25_000, 4)],
};

test("memory is PSS and the kernel's growth per sandbox at the largest density, CPU the growth of the idle busy time", () => {
  const data: Dataset = { ...dataset("mine", {}), fits: [ramp] };
  const found = overhead(data, "runsc");
  // by hand: 200,000 / 20; (25,000 − 5,000) / 20; a tick of 10 ms more for 10 sandboxes in 1 s: a thousandth each
  assert.equal([found.density, found.pssKiB, found.kernelKiB, found.n], [20, 10_000, 1_000, 1]);
  assert.ok(Math.abs(found.idleMillicores! - 1) < 1e-9);
});

test("the YAML is a RuntimeClass with the measured overhead plus the margin, rounded up", () => {
  const found: Overhead = {
    runtime: "runsc",
    handler: "runsc",
    density: 20,
    pssKiB: 10_240,
    kernelKiB: 1_024,
    interval: null,
    n: 1,
    idleMillicores: 0.9,
  };
  // by hand: 11 MiB and a tenth are 12.1, so 13; 0.99 millicores are 1
  assert.is(
    runtimeClassYaml(found, 0.1).replaceAll(/^#.*\n/gm, ""),
    "apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata:\n  name: runsc\nhandler: runsc\noverhead:\n  podFixed:\n    memory: 13Mi\n    cpu: 1m\n",
  );
});

/** Fields and their types, as the Kubernetes client's models declare them. */
const fieldsOf = (model: { getAttributeTypeMap(): { baseName: string; type: string }[] }) =>
  new Map(model.getAttributeTypeMap().map(({ baseName, type }) => [baseName, type]));

test("every RuntimeClass of the recorded campaign fits the schema of Kubernetes", async () => {
  const data = await loadDataset(join(projectRoot, "raw/arrivals-and-fit"));
  for (const runtime of ["runc", "crun", "runsc"]) {
    const document = parse(runtimeClassYaml(overhead(data, runtime), 0.1)) as V1RuntimeClass;
    assert.equal([document.apiVersion, document.kind], ["node.k8s.io/v1", "RuntimeClass"]);
    assert.ok(Object.keys(document).every(key => fieldsOf(V1RuntimeClass).has(key)));
    assert.ok(Object.keys(document.overhead!).every(key => fieldsOf(V1Overhead).has(key)));
    assert.ok(Object.keys(document.metadata!).every(key => fieldsOf(V1ObjectMeta).has(key)));
    // a DNS label: https://kubernetes.io/docs/concepts/containers/runtime-class/
    for (const name of [document.metadata!.name!, document.handler])
      assert.match(name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
    const { memory, cpu, ...others } = document.overhead!.podFixed!;
    // quantities of whole MiB and of whole millicores
    assert.match(memory!, /^[1-9]\d*Mi$/);
    assert.match(cpu ?? "1m", /^[1-9]\d*m$/);
    assert.equal(others, {});
  }
});

test("if there is an interval, its upper end counts", () => {
  const found: Overhead = {
    runtime: "crun",
    handler: "crun",
    density: 20,
    pssKiB: 2_048,
    kernelKiB: 0,
    interval: [1_900, 4_096],
    n: 5,
    idleMillicores: null,
  };
  assert.match(runtimeClassYaml(found, 0), /memory: 4Mi/);
  assert.not.match(runtimeClassYaml(found, 0), /cpu:/);
});

test("a runtime that was not measured is an error that names those that were", () => {
  assert.throws(
    () => overhead({ ...dataset("mine", {}), fits: [ramp] }, "kata"),
    /expected a memory or fit campaign of kata, found memory of runsc/,
  );
});

test("memory that was recorded without the kernel's part is an error that says so", async () => {
  const data = await loadDataset("paper_data");
  assert.throws(
    () => overhead(data, "kata"),
    /expected a memory or fit campaign of kata, found the memory of kata's processes, but not of the kernel/,
  );
});

test("ramps as a table: a row per step, the rule in the last", () => {
  const [, first, last] = fitsCsv([ramp]).split("\n");
  assert.is(first, "fit_runsc_01311200,runsc,1,10,10,0,50.000,90.000,120000,1000000,0.000,0.015,,");
  assert.ok(last!.endsWith(",0.020,20,asked"));
});

test.run();
