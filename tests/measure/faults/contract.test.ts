import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectCri } from "../../../src/measure/cri/index.js";
import { checkContract } from "../../../src/measure/doctor/index.js";
import { inTempFolder } from "../../support/temp.js";
import { type Manners, unrulyService } from "./unruly-service.js";

const test = suite("the contract check on services that misbehave");

/** The rules that a service breaks, and the sandboxes that the check stopped or removed. */
async function broken(manners: Manners) {
  return inTempFolder(async folder => {
    const server = await unrulyService(join(folder, "cri.sock"), manners);
    const cri = connectCri(server.endpoint);
    try {
      const findings = await checkContract(cri, "runc");
      const rules = findings.filter(({ ok }) => !ok).map(({ check }) => check);
      return { rules, checked: findings.length, touched: [...server.touched], left: server.sandboxes.size };
    } finally {
      cri.close();
      server.close();
    }
  });
}

/** Even where it behaves, the unruly service dates every sandbox to 1970. */
const date = "reports a started sandbox as ready";
/** And it takes every name and every handler. */
const always = ["refuses a name that is taken", "refuses an unknown handler"];

test("a service that accepts any name and handler and reports wrong creation times breaks exactly these rules", async () => {
  assert.equal((await broken({})).rules, [date, ...always]);
});

test("a service that ignores the label filter breaks that rule, and no other sandbox is touched", async () => {
  const { rules, touched, left } = await broken({ ignoresFilter: true, foreign: 100 });
  assert.equal(rules, [date, "filters by all labels, with whole values", ...always]);
  assert.equal(
    touched.filter(id => id.startsWith("foreign")),
    [],
  );
  assert.is(left, 0);
});

test("a service whose sandboxes are not ready, or are not removed, breaks these rules", async () => {
  const dead = await broken({ run: () => ({ kind: "dies" }) });
  assert.equal(dead.rules, [date, "keeps an idle sandbox ready", ...always]);
  assert.ok((await broken({ keeps: true })).rules.includes("removes a sandbox, and accepts a second removal"));
  assert.ok((await broken({ keeps: true })).rules.includes("keeps no sandbox after its removal"));
});

test("the check ends at the first start that fails", async () => {
  const { rules, checked } = await broken({ run: () => ({ kind: "error", code: 2, message: "no such luck" }) });
  assert.equal([rules, checked], [["starts a sandbox and returns its id"], 3]);
});

test.run();
