import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { IoRound } from "../../../src/analysis/datasets/dataset.js";
import { ioCsv, ioTable } from "../../../src/analysis/tables/index.js";

const test = suite("the table of I/O");

/** One container's job that reads 4 KiB at random, directly. */
const job = (client: number, iops: number, error = 0) => ({
  client,
  pattern: "randread" as const,
  blockBytes: 4096,
  direct: true,
  error,
  iops,
  bytesPerSecond: iops * 4096,
  latencyP50Us: 1e6 / iops,
  latencyP99Us: 4e6 / iops,
});
const round = (number: number, jobs: IoRound["jobs"]): IoRound => ({
  run: "io_runc_01010000",
  runtime: "runc",
  concurrency: 2,
  round: number,
  block: 1,
  fileMiB: 64,
  jobMs: 1000,
  jobs,
});

test("a value is the mean over the jobs of all containers and rounds; a failed job is counted and left out", () => {
  const rows = ioTable({
    name: "x",
    io: [round(1, [job(1, 1000), job(2, 3000)]), round(2, [job(1, 2000), job(2, 0, 5)])],
  });
  assert.is(rows.length, 1);
  const { jobs, failed, iops, mibPerSecond, p50Us, p99Us } = rows[0]!;
  // 8,192,000 bytes per second are 7.8125 MiB
  assert.equal([jobs, failed, iops, mibPerSecond, p50Us, p99Us], [3, 1, 2000, 7.8125, 500, 2000]);
  assert.is(ioCsv(rows).split("\n")[1], "runc,2,randread,4096,1,3,1,2000.00,7.81,3.91,11.72,500.00,2000.00");
});

test("a cell whose jobs all failed has empty fields", () => {
  const rows = ioTable({ name: "x", io: [round(1, [job(1, 0, 28)])] });
  assert.is(ioCsv(rows).split("\n")[1], "runc,2,randread,4096,1,0,1,,,,,,");
});

test.run();
