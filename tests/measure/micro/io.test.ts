import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { ioTable } from "../../../src/analysis/tables/index.js";
import { loadDataset } from "../../../src/index.js";
import { LabError } from "../../../src/model/errors.js";
import { needs } from "../../support/needs.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";

const { test, own } = suiteOnContainerd(
  "reading and writing inside containers",
  ...[needs.runc, needs.runsc, needs.fio],
);

const brief = { experiment: "io", rounds: 1, duration: 0.1, large: 4 } as const;

test("runc and gVisor run every job; fio's JSON is stored unchanged, and nothing is left behind", async () => {
  const path = await measureOn(own.containerd.endpoint, [{ ...brief, runtimes: ["runc", "runsc"], concurrency: [2] }], {
    out: own.folder,
  });
  const data = await loadDataset(path);
  assert.is(data.problemCount, 0);
  const rows = ioTable(data);
  assert.is(rows.length, 2 * 16);
  for (const { runtime, jobs, failed, iops, pattern, p50Us, p99Us } of rows) {
    assert.equal([jobs, failed], [2, 0], `${runtime} ${pattern}`);
    assert.ok(iops > 0 && p50Us > 0 && p99Us >= p50Us, `${runtime} ${pattern}: ${iops}, ${p50Us}, ${p99Us}`);
  }
  const { runs } = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
  for (const { run, config } of runs) {
    assert.is(config.image, "rund-lab.local/fio:1");
    const file = join(path, run, "con_002/fio_round001_client02.json");
    const kept = JSON.parse(readFileSync(file, "utf8"));
    assert.match(kept["fio version"], /^fio-3/);
    const own = kept.jobs.find((each: { jobname: string }) => each.jobname === "randread-4096-direct");
    const [row] = data.io!.filter(each => each.run === run);
    const mine = row!.jobs.find(
      job => job.client === 2 && job.pattern === "randread" && job.blockBytes === 4096 && job.direct,
    );
    assert.is(mine!.iops, own.read.iops);
  }
  await assertNothingLeft(own.containerd);
});

test("an image without fio is an error with the next step, and nothing is left behind", async () => {
  const wishes = { ...brief, runtimes: ["runc"], concurrency: [1], image: "rund-lab.local/workload:1" };
  const error = await measureOn(own.containerd.endpoint, [wishes], { out: own.folder }).catch(error => error);
  assert.instance(error, LabError);
  assert.is(error.code, "RUND_FIO");
  assert.match(error.hint, "--image");
  await assertNothingLeft(own.containerd);
});

test("an image that the service does not have is refused before anything is measured", async () => {
  const wishes = { ...brief, runtimes: ["runc"], image: "nobody.local/fio:1" };
  const error = await measureOn(own.containerd.endpoint, [wishes], { out: own.folder }).catch(error => error);
  assert.is(error.code, "RUND_IMAGE");
});

test.run();
