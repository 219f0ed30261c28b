import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadDatasets } from "../../../src/analysis/datasets/index.js";
import { differencesBetween } from "../../../src/analysis/nodes/index.js";
import { lab } from "../../support/command-line.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("one plan on several machines");

const smem = (...shimsKiB: readonly number[]) =>
  ["Name USS PSS RSS VSS", ...shimsKiB.map(pssKiB => `containerd-shim 10 ${pssKiB} 20000 30000`), ""].join("\n");

/** Memory runs of two nodes, which have the same name, since both were measured in the same minute. */
const twoNodes = {
  "node-a/mem_runc_01311200/result_128MB_0001.txt": smem(12_000),
  "node-a/mem_runc_01311200/result_128MB_0010.txt": smem(...Array.from({ length: 10 }, () => 4_000)),
  "node-a/mem_runc_01311201/result_128MB_0001.txt": smem(12_100),
  "node-b/mem_runc_01311200/result_128MB_0001.txt": smem(14_000),
  "node-b/mem_runc_01311201/result_128MB_0001.txt": smem(14_100),
};

test("runs of one runtime on two nodes are refused as two runs, with the option that makes them repeats", () =>
  inTempFolder(async folder => {
    writeFiles(folder, twoNodes);
    const { code, stderr } = await lab(["analyze", join(folder, "node-a"), join(folder, "node-b")]);
    assert.is(code, 4);
    assert.match(stderr, "--as-one");
  }));

test("--as-one takes each snapshot once, and has a row for each node", () =>
  inTempFolder(async folder => {
    writeFiles(folder, twoNodes);
    const { code, stderr } = await lab(["analyze", "--as-one", "node-a", "node-b", "--out", "out"], { cwd: folder });
    assert.is(code, 0, stderr);
    // by hand: (12,000 + 12,100 + 14,000 + 14,100) / 4, and 10 × 4,000 / 10
    assert.is(readFileSync(join(folder, "out/mem_runc.csv"), "utf8"), "memory,1,10\n128,13050.0,4000.0\n");
    const [, a, b, alone] = readFileSync(join(folder, "out/memory_nodes.csv"), "utf8").split("\n");
    assert.match(a!, /^runc,128,1,node-a,2,12050\.0,0\.8577,0\.8\d+,0\.8\d+$/);
    // by hand: 14,050 / 12,050
    assert.match(b!, /^runc,128,1,node-b,2,14050\.0,1\.1660,1\.1\d+,1\.1\d+$/);
    assert.is(alone, "runc,128,10,node-a,1,4000.0,,,");
  }));

test("the differences between the machines are listed, except the host's identity", () =>
  inTempFolder(async folder => {
    writeFiles(folder, twoNodes);
    const [a, b] = await loadDatasets(["node-a", "node-b"], folder);
    assert.equal(differencesBetween([a!, b!]), []);
    const runs = b!.runs.map(run => ({ ...run, host: "other", versions: { ...run.versions, kernel: "6.1" } }));
    assert.equal(differencesBetween([a!, { ...b!, runs }]), [
      "node-a and node-b differ: kernel not recorded against 6.1",
    ]);
  }));

test.run();
