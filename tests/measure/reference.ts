import { execFileSync } from "node:child_process";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { loadDataset } from "../../src/analysis/datasets/index.js";
import { allTables } from "../../src/analysis/tables/index.js";
import { projectRoot } from "../support/needs.js";

type Tables = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

/** Makes sure that a campaign's tables, ours, are those that a plain reading with pandas gives, and nothing is wrong. */
export async function assertTablesAsPandas(campaign: string): Promise<Tables> {
  const script = join(projectRoot, "tests/measure/reference.py");
  const pandas = JSON.parse(execFileSync("/usr/bin/python3", [script, campaign], { encoding: "utf8" })) as Tables;
  const dataset = await loadDataset(campaign);
  assert.equal(dataset.problems, []);
  const ours = allTables(dataset);
  assert.equal(ours.map(({ name }) => name).sort(), Object.keys(pandas).sort());
  for (const { name, columns, rows } of ours) {
    for (const { row, values } of rows) {
      for (const [index, value] of values.entries()) {
        const expected = pandas[name]?.[row]?.[String(columns[index])] ?? null;
        const same = value === expected || Math.abs(value! - expected!) <= 1e-9 * Math.abs(expected!);
        assert.ok(same, `${name} ${row} ${columns[index]}: ours ${value}, pandas ${expected}`);
      }
    }
  }
  return pandas;
}
