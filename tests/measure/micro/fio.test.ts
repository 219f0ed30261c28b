import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fioCommand, fioEnded, fioJobs, fioJson, readFioJobs } from "../../../src/measure/micro/fio.js";

const test = suite("fio");

const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "none";
};

test("a round has every pattern, both block sizes, with and without the page cache", () => {
  assert.is(fioJobs.length, 4 * 2 * 2);
  assert.is(new Set(fioJobs.map(job => JSON.stringify(job))).size, 16);
  const [shell, option, script = ""] = fioCommand(64, 0.2);
  assert.equal([shell, option], ["sh", "-c"]);
  assert.is(script.match(/--stonewall/g)?.length, 16);
  assert.match(script, "--size=64M --time_based --runtime=200ms");
  assert.match(
    script,
    "--name=randwrite-131072-direct --stonewall --rw=randwrite --bs=131072 --direct=1 --end_fsync=1",
  );
  assert.match(script, "--name=read-4096-buffered --stonewall --rw=read --bs=4096 --direct=0 ");
});

/** As fio 3.33 prints it, shortened to what is read. */
const side = (iops: number) => ({
  iops,
  bw_bytes: iops * 4096,
  clat_ns: iops === 0 ? {} : { percentile: { "50.000000": 12_345, "99.000000": 678_901 } },
});
const json = `${JSON.stringify(
  {
    "fio version": "fio-3.33",
    jobs: [
      { jobname: "randwrite-4096-direct", error: 0, read: side(0), write: side(2500.5) },
      { jobname: "read-131072-buffered", error: 5, read: side(0), write: side(0) },
    ],
  },
  null,
  2,
)}\n`;

test("its JSON is the text between the lines of the script, byte for byte", () => {
  const stdout = `rund-lab: begins\n${json}rund-lab: fio ended with 1\n`;
  assert.ok(fioEnded({ stdout, stderr: "" }));
  assert.not(fioEnded({ stdout: `rund-lab: begins\n${json}`, stderr: "" }));
  assert.is(fioJson({ stdout, stderr: "" }, "x"), json);
});

test("a job has the numbers of its own direction, and its error if it failed", () => {
  assert.equal(readFioJobs(json, 3, "x"), [
    {
      client: 3,
      pattern: "randwrite",
      blockBytes: 4096,
      direct: true,
      error: 0,
      iops: 2500.5,
      bytesPerSecond: 2500.5 * 4096,
      latencyP50Us: 12.345,
      latencyP99Us: 678.901,
    },
    {
      client: 3,
      pattern: "read",
      blockBytes: 131_072,
      direct: false,
      error: 5,
      iops: 0,
      bytesPerSecond: 0,
      latencyP50Us: 0,
      latencyP99Us: 0,
    },
  ]);
});

test("an image without fio, a full disk and a missing result are separate errors", () => {
  const of = (stdout: string, stderr = "") => code(() => fioJson({ stdout, stderr }, "x"));
  assert.is(of("rund-lab: begins\nrund-lab: fio ended with 127\n", "sh: fio: not found\n"), "RUND_FIO_MISSING");
  assert.is(
    of("rund-lab: begins\nfio: io_u error on file /rund-lab-io: No space left on device\nrund-lab: fio ended with 1\n"),
    "RUND_DISK_FULL",
  );
  assert.is(of("rund-lab: begins\n"), "RUND_FIO");
  assert.is(
    code(() => readFioJobs("{}", 1, "x")),
    "RUND_FIO",
  );
  assert.is(
    code(() => readFioJobs(json.replace(",", ",,"), 1, "x")),
    "RUND_FIO",
  );
  assert.is(
    code(() => readFioJobs(json.replace("randwrite", "trim"), 1, "x")),
    "RUND_FIO",
  );
});

test.run();
