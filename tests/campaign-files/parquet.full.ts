import { closeSync, cpSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { execa } from "execa";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { recordedCampaign } from "../../src/analysis/datasets/index.js";
import { parseEvents } from "../../src/campaign-files/events.js";
import { projectRoot } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("Parquet of ten million samples");

const rounds = 100_000;
const clients = 100;

/** A journal like that of the recorded campaign, with as many rounds of as many clients; 0.6 GB. */
function writeLongCampaign(folder: string): void {
  mkdirSync(folder);
  cpSync(join(recordedCampaign, "run.json"), join(folder, "run.json"));
  const lines = readFileSync(join(recordedCampaign, "events.ndjson"), "utf8").split("\n");
  const line = lines.find(each =>
    parseEvents(`${each}\n`).rows.some(event => event.event === "round" && !event.warmup),
  )!;
  const { samples: _, ...round } = JSON.parse(line);
  const file = openSync(join(folder, "events.ndjson"), "w");
  for (let n = 1; n <= rounds; n++) {
    const samples = Array.from({ length: clients }, (_, index) => [index + 1, `s${n}-${index}`, index, 50, 50 + index]);
    const flags = round.flags.filter((flag: string) => flag !== "partial");
    const own = { ...round, round: n, concurrency: clients, samples, makespanMs: 149, flags };
    writeSync(file, `${JSON.stringify(own)}\n`);
  }
  closeSync(file);
}

test("their export needs no more memory than an export of a few", () =>
  inTempFolder(async folder => {
    const campaign = join(folder, "long");
    writeLongCampaign(campaign);
    const target = join(folder, "samples.parquet");
    const module = join(projectRoot, "dist/campaign-files/parquet/export.js");
    const program = `
      const { exportParquet } = await import(${JSON.stringify(module)});
      const { samples, problems } = await exportParquet([${JSON.stringify(campaign)}], ${JSON.stringify(target)});
      console.log(JSON.stringify({ samples, problems: problems.length, maxRssKiB: process.resourceUsage().maxRSS }));`;
    const begun = performance.now();
    const { stdout } = await execa("node", ["--input-type=module", "-e", program]);
    const seconds = Math.round((performance.now() - begun) / 1000);
    const { samples, problems, maxRssKiB } = JSON.parse(stdout);
    console.log(`${samples} samples in ${seconds} s, at most ${Math.round(maxRssKiB / 1024)} MiB`);
    assert.equal([samples, problems], [rounds * clients, 0]);
    assert.ok(maxRssKiB < 512 * 1024, `${maxRssKiB} KiB`);
    rmSync(campaign, { recursive: true });
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const query = `SELECT count(*), sum(latency_ms), count(DISTINCT round) FROM read_parquet('${target}')`;
    const [row] = (await connection.runAndReadAll(query)).getRows();
    connection.closeSync();
    instance.closeSync();
    // each client's latency is 50 ms: sent at its index, ready 50 ms later
    assert.equal(row!.map(Number), [rounds * clients, rounds * clients * 50, rounds]);
  }));

test.run();
