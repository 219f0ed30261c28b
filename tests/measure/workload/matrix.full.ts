import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { endOf } from "../../../src/campaign-files/index.js";
import { type PrivateContainerd, startContainerd } from "../../../src/measure/index.js";
import { ends } from "../../../src/model/end.js";
import { needs, program, projectRoot, suiteNeeding } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn } from "../campaign/real.js";
import { assertNoNetworkLeft } from "./leftovers.js";

const test = suiteNeeding(
  "three runtimes, two networks, four ends, up to 50 at once",
  ...[needs.root, needs.containerd, needs.runc, needs.crun, needs.runsc, program("busybox")],
);
let folder: string;
let containerd: PrivateContainerd;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  containerd = await startContainerd(join(folder, "containerd"));
});
test.after(async () => {
  await containerd.stop();
  rmSync(folder, { recursive: true });
});

for (const network of ["node", "pod"] as const) {
  for (const until of ends) {
    test(`${until} on the ${network} network at concurrency 1, 10 and 50: complete rounds, nothing left`, async () => {
      const wishes = [
        {
          ...({ experiment: "time", runtimes: ["runc", "crun", "runsc"], concurrency: [1, 10, 50] } as const),
          ...{ rounds: 1, until, network },
        },
      ];
      const path = await measureOn(containerd.endpoint, wishes, { out: folder });
      const { rounds } = readCampaign(path);
      assert.is(rounds.length, 9);
      for (const { samples, makespanMs, runtime, concurrency } of rounds) {
        const failed = samples.find(({ status }) => status !== "ready");
        assert.ok(makespanMs !== null, `${runtime} ${concurrency}: ${JSON.stringify(failed)}`);
        for (const sample of samples) if (sample.status === "ready") assert.ok(endOf(sample) > sample.sentMs);
      }
      await assertNothingLeft(containerd);
      assertNoNetworkLeft(containerd);
      assert.not.ok(existsSync(join(path, "container-logs")));
    });
  }
}

test("killed -9 in any stage and resumed, a campaign leaves no container, log, address or interface", async () => {
  const out = join(folder, "killed");
  const cli = (...words: readonly string[]) =>
    spawn(process.execPath, ["--import", "tsx", join(projectRoot, "src/cli/main.ts"), "run", ...words], {
      cwd: projectRoot,
      stdio: "ignore",
    });
  const ended = (child: ReturnType<typeof cli>) =>
    new Promise<number | null>(resolve => child.once("exit", code => resolve(code)));
  const options = [
    ...["time", "--runtime", "runc,crun", "--concurrency", "5", "--rounds", "6", "--until", "response"],
    ...["--network", "pod", "--endpoint", containerd.endpoint, "--out", out],
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
  await assertNothingLeft(containerd);
  assertNoNetworkLeft(containerd);
});

test.run();
