import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as assert from "uvu/assert";
import { loadDataset } from "../../src/analysis/datasets/index.js";
import { recognise } from "../../src/importers/index.js";
import { needs, otherTools, suiteNeeding } from "../support/needs.js";

const test = suiteNeeding("other tools' own files", needs.otherTools);
const root = otherTools ?? "";
const files = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const close = (found: number, expected: number, what: string) =>
  assert.ok(Math.abs(found - expected) < 1e-9 * expected, `${what}: ${found} against ${expected}`);

test("idlab's starts: every line, its number and mean", async () => {
  for (const file of files("idlab/results/start")) {
    assert.is(recognise(join(root, file))?.format, "idlab");
    const values = readFileSync(join(root, file), "utf8").trim().split("\n").slice(1).map(Number);
    const { starts, problemCount } = await loadDataset(join(root, file));
    assert.equal([starts[0]!.samples, problemCount], [values.length, 0], file);
    assert.equal(
      starts[0]!.rounds.map(({ makespanMs }) => makespanMs),
      values,
    );
  }
});

test("idlab's memory: every line", async () => {
  for (const file of files("idlab/results/memory")) {
    const values = readFileSync(join(root, file), "utf8").trim().split("\n").slice(1).map(Number);
    const { memory } = await loadDataset(join(root, file));
    assert.equal(
      memory.map(({ components }) => components[0]!.pssKiB),
      values,
      file,
    );
  }
});

interface Provider {
  readonly provider: string;
  readonly wallClockMs?: number;
  readonly iterations: readonly { readonly ttiMs: number; readonly error?: string }[];
  readonly summary: { readonly ttiMs: { readonly median: number } };
}

test("computesdk: each provider's values, failures and wall clock, and its own median", async () => {
  for (const file of files("computesdk")) {
    const { results } = JSON.parse(readFileSync(join(root, file), "utf8")) as { results: readonly Provider[] };
    const { starts, problemCount } = await loadDataset(join(root, file));
    assert.equal([starts.length, problemCount], [results.length, 0]);
    for (const [index, { iterations, wallClockMs, provider }] of results.entries()) {
      const ready = iterations.filter(({ error }) => error === undefined).map(({ ttiMs }) => ttiMs);
      const cell = starts[index]!;
      assert.equal([cell.samples, cell.failed], [ready.length, iterations.length - ready.length], provider);
      close(cell.latencyMeanMs!, mean(ready), provider);
      if (wallClockMs !== undefined && cell.failed === 0) assert.is(cell.rounds[0]!.makespanMs, wallClockMs);
    }
  }
});

test("kube-burner: every pod", async () => {
  for (const file of files("kube-burner")) {
    const pods = JSON.parse(readFileSync(join(root, file), "utf8")) as readonly { podReadyLatency: number }[];
    const { starts, problemCount } = await loadDataset(join(root, file));
    const samples = starts.reduce((sum, cell) => sum + cell.samples, 0);
    assert.is(samples + problemCount, pods.length);
    close(starts[0]!.latencyMeanMs!, mean(pods.map(({ podReadyLatency }) => podReadyLatency)), file);
  }
});

test.run();
