import { suite } from "uvu";
import * as assert from "uvu/assert";
import { samplesByPlace } from "../../../src/analysis/compare/cells.js";
import { compare, stoppedBy } from "../../../src/analysis/compare/index.js";
import type { IoRound } from "../../../src/analysis/datasets/dataset.js";
import { dataset } from "../synthetic.js";

const test = suite("comparing I/O inside containers");

const job = (client: number, iops: number, error = 0): IoRound["jobs"][number] => ({
  client,
  pattern: "randread",
  blockBytes: 4096,
  direct: true,
  error,
  iops,
  bytesPerSecond: iops * 4096,
  latencyP50Us: 1,
  latencyP99Us: 1,
});

/** A campaign of one runtime with two containers, which manage close to these requests a second, in twelve rounds. */
const campaign = (name: string, iops: readonly [number, number], { fileMiB = 64, failing = 0 } = {}) =>
  dataset({
    name,
    run: { campaign: name },
    io: Array.from({ length: 12 }, (_, index) => {
      const noise = 1 + (((index * 5) % 12) - 5.5) / 3000;
      const jobs = iops.map((each, client) => job(client + 1, each * noise, index < failing ? 28 : 0));
      return {
        run: "io_runc_01010000",
        runtime: "runc",
        concurrency: 2,
        round: index + 1,
        block: 1,
        fileMiB,
        jobMs: 1000,
        jobs: [...jobs, { ...job(1, 10), pattern: "write" as const, blockBytes: 131_072 }],
      };
    }),
  });

test("each job of fio is a cell: the time of a request, which the gate can stop", () => {
  // 2,000 requests a second on average are 0.5 ms each; 1,600 are 0.625 ms, a quarter more
  const slower = compare(campaign("before", [1000, 3000]), campaign("after", [1500, 1700]));
  assert.equal(
    slower.cells.map(({ metric, experiment, operation, verdict }) => [metric, experiment, operation, verdict]),
    [
      ["time", "io", "randread 4 KiB direct of 64 MiB", "slower"],
      ["time", "io", "write 128 KiB direct of 64 MiB", "same"],
    ],
  );
  const [read] = slower.cells;
  assert.equal(
    [read!.a.mean?.toFixed(3), read!.b.mean?.toFixed(3), read!.ratio?.toFixed(3)],
    ["0.500", "0.625", "1.250"],
  );
  assert.equal(stoppedBy(slower, 0.05), [read]);
  assert.is(stoppedBy(slower, 0.3).length, 0);
  assert.is(slower.definitions, null);
});

test("a round in which a container's job failed has no value, and the failures are counted", () => {
  const [read] = [...samplesByPlace(campaign("own", [1000, 3000], { failing: 2 })).values()];
  const { values, failedRounds, failed, attempted } = read!.sample;
  assert.equal([values.length, failedRounds, failed, attempted], [10, 2, 4, 24]);
});

test("cells with different file sizes are not compared", () => {
  const other = campaign("after", [1000, 3000], { fileMiB: 128 });
  assert.throws(() => compare(campaign("before", [1000, 3000]), other), /a cell that both sides have/);
});

test.run();
