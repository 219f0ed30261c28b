import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { endOf } from "../../../src/campaign-files/index.js";
import { ends } from "../../../src/model/end.js";
import { needs, program, projectRoot } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";
import { assertNoNetworkLeft } from "./leftovers.js";

const { test, own } = suiteOnContainerd(
  "three runtimes, two networks, four ends, up to 50 at once",
  ...[needs.runc, needs.crun, needs.runsc, program("busybox")],
);

for (const network of ["node", "pod"] as const) {
  for (const until of ends) {
    test(`${until} on the ${network} network at concurrency 1, 10 and 50: complete rounds, nothing left`, async () => {
      const wishes = [
        {
          ...({ experiment: "time", runtimes: ["runc", "crun", "runsc"], concurrency: [1, 10, 50] } as const),
          ...{ rounds: 1, until, network },
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

test("killed -9 in any stage and resumed, a campaign leaves no container, log, address or interface", async () => {
  const out = join(own.folder, "killed");
  const cli = (...words: readonly string[]) =>
    spawn(process.execPath, ["--import", "tsx", join(projectRoot, "src/cli/main.ts"), "run", ...words], {
      cwd: projectRoot,
      stdio: "ignore",
    });
  const ended = (child: ReturnType<typeof cli>) =>
    new Promise<number | null>(resolve => child.once("exit", code => resolve(code)));
  const options = [
    ...["time", "--runtime", "runc,crun", "--concurrency", "5", "--rounds", "6", "--until", "response"],
    ...["--network", "pod", "--endpoint", own.containerd.endpoint, "--out", out],
  ];
  let path: string | undefined;
  for (let kill = 0; kill < 8; kill++) {
    const child = cli(...(path === undefined ? options : ["--resume", path]));
    const exit = ended(child);
    // somewhere in a round: a round takes about a second, and the program about one to begin
    const at = 2_000 + (createHash("sha256").update(String(kill)).digest().readUInt16LE(0) % 2_500);
    const timer = setTimeout(() => child.kill("SIGKILL"), at);
    await exit;
    clearTimeout(timer);
    const made = existsSync(out) ? readdirSync(out)[0] : undefined;
    if (made !== undefined) path = join(out, made);
  }
  assert.ok(path !== undefined, "no kill came after the campaign's folder was made");
  assert.is(await ended(cli("--resume", path!)), 0);
  assert.is(readCampaign(path!).rounds.length, 12);
  assert.not.ok(existsSync(join(path!, "container-logs")));
  await assertNothingLeft(own.containerd);
  assertNoNetworkLeft(own.containerd);
});

test.run();
