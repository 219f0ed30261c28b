import { suite } from "uvu";
import { type ReplayServer, startReplayServer } from "../../../src/measure/cri/index.js";
import { failAt, interruptAt, isStep, killAt, momentsOf } from "./cut-short.js";
import { instantSource } from "./machine-campaign.js";

const test = suite("campaigns of the paper's runtimes, cut short at every moment");
let server: ReplayServer;
test.before(async () => {
  server = await startReplayServer(instantSource, { speed: 100 });
});
test.after(() => server.close());

for (const id of ["kata", "katafc", "katatemplate", "rund"]) {
  test(`${id}: a failure at any step of preparing or restoring`, async () => {
    for (const [moment, what] of (await momentsOf(id, server)).entries()) {
      if (isStep(what)) await failAt(id, server, moment);
    }
  });

  test(`${id}: Ctrl-C at any step and any sandbox`, async () => {
    for (const moment of (await momentsOf(id, server)).keys()) await interruptAt(id, server, moment);
  });

  test(`${id}: kill -9 at any step`, async () => {
    for (const [moment, what] of (await momentsOf(id, server)).entries()) {
      if (isStep(what)) await killAt(id, server, moment);
    }
  });
}

test.run();
