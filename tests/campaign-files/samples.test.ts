import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatSamples, parseSamples, type SampleRow, samplesHeader } from "../../src/campaign-files/index.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("samples.csv");
const row: SampleRow = {
  run: "time_runc_01311200",
  experiment: "time",
  runtime: "runc",
  density: 0,
  concurrency: 10,
  block: 2,
  round: 3,
  warmup: false,
  client: 4,
  outcome: "ready",
  startMs: 1_700_000_000_000.125,
  latencyMs: 81.25,
  reason: "",
  until: "sandbox",
  stage: "",
  times: { answeredMs: 80.5, readyMs: 81.25 },
};
const failed: SampleRow = { ...row, client: 5, outcome: "timeout", latencyMs: 2000, reason: "timeout", times: {} };
const answered: SampleRow = {
  ...row,
  client: 6,
  until: "response",
  latencyMs: 120.5,
  times: { ...row.times, createdMs: 90, startedMs: 118.25, outputMs: 117, processMs: 116.875, respondedMs: 120.5 },
};

test("a cold start is written as a row, and read back unchanged", () => {
  const rows = [row, failed, { ...row, warmup: true }, answered];
  const text = samplesHeader + formatSamples(rows);
  const [, plain, , , served] = text.split("\n");
  const place = "time_runc_01311200,time,runc,0,10,2,3,0";
  assert.is(plain, `${place},4,ready,1700000000000.125,81.250,,sandbox,,80.500,81.250,,,,,,`);
  const times = "80.500,81.250,,90.000,118.250,117.000,116.875,120.500";
  assert.is(served, `${place},6,ready,1700000000000.125,120.500,,response,,${times}`);
  assert.equal(parseSamples(text), { rows, problems: [] });
});

test("the samples of campaigns recorded before cold starts had other ends are read", () => {
  const old = `${samplesHeader.slice(0, samplesHeader.indexOf(",until"))}\n`;
  const { rows, problems } = parseSamples(
    `${old}time_runc_01311200,time,runc,0,10,2,3,0,4,ready,1700000000000.125,81.250,\n`,
  );
  assert.equal([rows, problems], [[{ ...row, times: {} }], []]);
});

test("an invalid line is a problem with its number", () => {
  const good = formatSamples([row]).trim();
  const wrong = [
    good.slice(0, -40),
    good.replace(",time,", ",memory,"),
    good.replace("ready", "done"),
    good.replace("81.250", "81.25"),
    good.replace(",10,", ",ten,"),
    good.replace(",0,4,", ",2,4,"),
  ];
  for (const line of wrong) {
    const { rows, problems } = parseSamples(`${samplesHeader}${good}\n${line}\n`);
    assert.equal([rows.length, problems.length, problems[0]?.line], [1, 1, 3], line);
  }
  assert.is(parseSamples("a,b\n").problems[0]?.code, "RUND_PARSE_HEADER");
});

test.run();

const reading = suiteNeeding("samples.csv in pandas", needs.python);

reading("one line of pandas reads it with the right types", () =>
  inTempFolder(folder => {
    writeFiles(folder, { "samples.csv": samplesHeader + formatSamples([row, failed]) });
    const script =
      "import pandas,sys; f = pandas.read_csv(sys.argv[1]); print(list(f.dtypes.astype(str)), f.latency_ms.sum())";
    const output = execFileSync("/usr/bin/python3", ["-c", script, join(folder, "samples.csv")], { encoding: "utf8" });
    assert.is(
      output,
      `['object', 'object', 'object', 'int64', 'int64', 'int64', 'int64', 'int64', 'int64', 'object', 'float64', 'float64', 'object', 'object', 'float64'${", 'float64'".repeat(8)}] 2081.25\n`,
    );
  }),
);

reading.run();
