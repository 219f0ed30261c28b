import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectCri } from "../../../src/measure/cri/index.js";
import { checkContract } from "../../../src/measure/doctor/index.js";
import { inTempFolder } from "../../support/temp.js";
import { type Manners, unrulyService } from "./unruly-service.js";

const test = suite("the contract of CRI v1, held against services that misbehave");

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
const date = "has the sandbox ready once it has answered";
/** And it takes every name and every handler. */
const always = ["refuses a name that is taken", "refuses an unknown handler"];

test("a service that takes any name and any handler and dates its sandboxes wrong, breaks those rules alone", async () => {
  assert.equal((await broken({})).rules, [date, ...always]);
});

test("one that ignores the label filter is found out, and no sandbox of others is touched", async () => {
  const { rules, touched, left } = await broken({ ignoresFilter: true, foreign: 100 });
  assert.equal(rules, [date, "lists by whole label values, all of them", ...always]);
  assert.equal(
    touched.filter(id => id.startsWith("foreign")),
    [],
  );
  assert.is(left, 0);
});

test("one whose sandboxes are not ready, or that removes none, is found out", async () => {
  const dead = await broken({ run: () => ({ kind: "dies" }) });
  assert.equal(dead.rules, [date, "keeps an idle sandbox ready", ...always]);
  assert.ok((await broken({ keeps: true })).rules.includes("removes a sandbox, and removes it twice"));
  assert.ok((await broken({ keeps: true })).rules.includes("keeps nothing after a removal"));
});

test("one that starts nothing is not asked any further", async () => {
  const { rules, checked } = await broken({ run: () => ({ kind: "error", code: 2, message: "no such luck" }) });
  assert.equal([rules, checked], [["starts a sandbox and gives its id"], 3]);
});

test.run();
