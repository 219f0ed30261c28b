/** Inputs that once stopped a reader. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseEvents } from "../../src/campaign-files/index.js";
import { requestTimes } from "../../src/measure/cri/stages/containerd-log.js";
import { readCampaignFile } from "../../src/measure/plan/campaign-file.js";
import { LabError } from "../../src/model/errors.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("what damaged input has found");

for (const [name, text] of [
  ["an alias of nothing", "name: *a\nexperiments: []\n"],
  ["sequences ten thousand deep", `name: a\nexperiments:\n  ${"- ".repeat(10_000)}`],
] as const) {
  test(`${name} in a campaign file is not valid YAML`, () =>
    inTempFolder(folder => {
      writeFiles(folder, { "a.yaml": text });
      assert.throws(
        () => readCampaignFile(join(folder, "a.yaml")),
        (error: unknown) =>
          error instanceof LabError && error.code === "RUND_CAMPAIGN_FILE" && error.message.includes("not valid YAML"),
      );
    }));
}

test("a request whose time is none is left out", () => {
  const line = (time: string) =>
    `time="${time}" level=info msg="RunPodSandbox for &PodSandboxMetadata{Name:a,Uid:u1,Namespace:n,Attempt:0,}"\n`;
  assert.equal(requestTimes(line("2026-01-0:00") + line("2026-13-01T00:00:00Z")), new Map());
  assert.equal(
    requestTimes(line("2026-13-01T00:00:00Z") + line("1970-01-01T00:00:02Z")),
    new Map([["u1", 2_000_000_000n]]),
  );
});

test("an event whose name is an object without a text is a problem", () => {
  const { rows, problems } = parseEvents('{"event":{"toString":1},"at":"2026-01-01T00:00:00.000Z"}\n');
  assert.equal([rows.length, problems[0]?.code], [0, "RUND_EVENT"]);
});

test.run();
