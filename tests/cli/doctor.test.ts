import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startReplayServer } from "../../src/measure/cri/index.js";
import { recording } from "../measure/cri/replay-source.js";
import { lab } from "../support/command-line.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("rund-lab doctor");
const env = { PATH: process.env.PATH ?? "" };

interface CheckResult {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly next: string | null;
}

async function findings(...words: readonly string[]): Promise<ReadonlyMap<string, CheckResult>> {
  const { code, stdout } = await lab(["doctor", "--json", ...words], { env });
  assert.is(code, 0);
  return new Map((JSON.parse(stdout) as CheckResult[]).map(finding => [finding.check, finding]));
}

test("there is one result for each check, always in the same order, with a next step exactly if the check failed", async () => {
  const found = await findings("--endpoint", "unix:///no/such.sock");
  assert.equal(
    [...found.keys()],
    [
      "root",
      "cgroups",
      "kvm",
      "governor",
      "other load",
      "pids",
      "files",
      "memory",
      "containerd",
      "cri",
      "handlers",
      "snapshotters",
      "smem",
      "crictl",
      "jupyter",
    ],
  );
  for (const { check, ok, found: what, next } of found.values()) {
    assert.is(next === null, ok, check);
    assert.ok(what.length > 0, check);
  }
});

test("if the plan is larger than the machine, the checks of pids and memory fail, and the next step says how much it needs", async () => {
  const found = await findings("--sandboxes", "10000000");
  assert.is(found.get("pids")?.ok, false);
  assert.match(found.get("pids")?.next ?? "", "260000000");
  assert.is(found.get("memory")?.ok, false);
  assert.is(found.get("files")?.ok, false);
});

test("a service that answers is checked for conditions that make starts fail", async () => {
  const server = await startReplayServer(recording([], ["kata"]));
  try {
    const found = await findings("--endpoint", server.endpoint);
    const own = [...found.keys()].slice(
      [...found.keys()].indexOf("handlers") + 1,
      [...found.keys()].indexOf("snapshotters"),
    );
    assert.equal(own, ["sandbox image", "cgroup driver", "files of the service", "inotify", "known bad pairs"]);
  } finally {
    await server.close();
  }
});

test("--contract prints a line for each rule, and exits with 0 if all hold", async () => {
  const server = await startReplayServer(recording([], ["kata"]));
  try {
    const { code, stdout, stderr } = await lab(
      ["doctor", "--endpoint", server.endpoint, "--contract", "--runtime", "kata", "--json"],
      { env },
    );
    const rules = JSON.parse(stdout) as CheckResult[];
    assert.equal(
      rules.filter(({ ok }) => !ok),
      [],
    );
    assert.is(code, 0, stderr);
    assert.is(rules.length, 11);
    assert.equal(server.sandboxes(), []);
  } finally {
    await server.close();
  }
});

test("--contract exits with 3 if no service answers", () =>
  inTempFolder(async folder => {
    const endpoint = `unix://${join(folder, "none.sock")}`;
    assert.is((await lab(["doctor", "--endpoint", endpoint, "--contract"], { env })).code, 3);
  }));

test("the handlers are those of the service, and a requested one that is missing is named", async () => {
  const server = await startReplayServer(recording([], ["kata"]));
  try {
    const found = await findings("--endpoint", server.endpoint, "--runtime", "kata,rund");
    assert.is(found.get("cri")?.ok, true);
    assert.is(found.get("handlers")?.found, "kata");
    assert.match(found.get("handlers")?.next ?? "", "rund");
  } finally {
    await server.close();
  }
});

test("if no service answers, the next step is a private containerd", () =>
  inTempFolder(async folder => {
    const found = await findings("--endpoint", `unix://${join(folder, "none.sock")}`);
    assert.is(found.get("cri")?.ok, false);
    assert.match(found.get("cri")?.next ?? "", "rund-lab env up");
  }));

test("the text has a line for each check, with the next step below it", async () => {
  const { code, stdout } = await lab(["doctor", "--sandboxes", "10000000"], { env });
  assert.is(code, 0);
  assert.match(stdout, /^ LACK {2}pids /m);
  assert.match(stdout, /^ +→ the plan needs 260000000/m);
});

test("an unknown runtime and an invalid number are usage errors", async () => {
  const typo = await lab(["doctor", "--runtime", "rnud"], { env });
  assert.is(typo.code, 2);
  assert.match(typo.stderr, "did you mean rund?");
  const ten = await lab(["doctor", "--sandboxes", "ten"], { env });
  assert.is(ten.code, 2);
  assert.is(ten.stderr, '--sandboxes: expected a whole number above 0, found "ten"\n');
  assert.is((await lab(["doctor", "--endpoint", "nonsense"], { env })).code, 2);
});

test.run();
