import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inTempFolder } from "../../support/temp.js";
import { campaignIn, fakeTools, planOf } from "./campaigns.js";
import { FakeCri } from "./fake-cri.js";
import { VirtualClock } from "./virtual-clock.js";

const test = suite("clients that are released late");

/** A clock on which each look takes a millisecond, so that no two requests are sent at once. */
class SlowToRead extends VirtualClock {
  #looks = 0n;

  override nowNs(): bigint {
    return super.nowNs() + this.#looks++ * 1_000_000n;
  }
}

test("makespan and start skew count from the first request, not from the release", () =>
  inTempFolder(async folder => {
    const cri = new FakeCri(new SlowToRead(), () => ({ ms: 50 }));
    const plan = planOf({ experiment: "time", concurrency: [3], rounds: 1 });
    const { rounds, read } = await campaignIn(folder, plan, fakeTools(cri));
    const { samples, makespanMs, startSkewMs } = rounds[0]!;
    const sent = samples.map(({ sentMs }) => sentMs);
    const ready = samples.map(sample => (sample.status === "ready" ? sample.readyMs : Number.NaN));
    const [first, last] = [Math.min(...sent), Math.max(...sent)];
    assert.ok(first >= 1 && last >= first + 2, `sent at ${sent}`);
    assert.is(startSkewMs, last - first);
    assert.is(makespanMs, Math.max(...ready) - first);
    const logged = [1, 2, 3].map(client =>
      read(`time_runc_01311200/con_003/client00${client}.txt`).trim().split(" ").slice(1).map(Number),
    );
    const [starts, ends] = [logged.map(([start = 0]) => start), logged.map(([, end = 0]) => end)];
    assert.is(Math.max(...ends) - Math.min(...starts), makespanMs, "the logs hold the same makespan");
  }));

test.run();
