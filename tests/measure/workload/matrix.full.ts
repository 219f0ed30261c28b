import { existsSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { endOf } from "../../../src/campaign-files/index.js";
import { ends } from "../../../src/model/end.js";
import { needs, program } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";
import { assertNoNetworkLeft } from "./leftovers.js";

const { test, own } = suiteOnContainerd(
  "three runtimes, two networks, four ends, up to 50 at once",
  ...[needs.runc, needs.crun, needs.runsc, program("busybox")],
);

for (const network of ["node", "pod"] as const) {
  for (const until of ends) {
    test(`${until} on the ${network} network at concurrency 1, 10 and 50: rounds are complete, and nothing is left behind`, async () => {
      const wishes = [
        {
          ...({ experiment: "time", runtimes: ["runc", "crun", "runsc"], concurrency: [1, 10, 50] } as const),
          rounds: 1,
          until,
          network,
        },
      ];
      const path = await measureOn(own.containerd.endpoint, wishes, { out: own.folder });
      const { rounds } = readCampaign(path);
      assert.is(rounds.length, 9);
      for (const { samples, makespanMs, runtime, concurrency } of rounds) {
        const failed = samples.find(({ status }) => status !== "ready");
        assert.ok(makespanMs !== null, `${runtime} ${concurrency}: ${JSON.stringify(failed)}`);
        for (const sample of samples) if (sample.status === "ready") assert.ok(endOf(sample) > sample.sentMs);
      }
      await assertNothingLeft(own.containerd);
      assertNoNetworkLeft(own.containerd);
      assert.not.ok(existsSync(join(path, "container-logs")));
    });
  }
}

test.run();
