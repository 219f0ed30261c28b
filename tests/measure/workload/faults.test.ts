import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { FailedSample, Sample } from "../../../src/campaign-files/index.js";
import { workloadImageName } from "../../../src/measure/containerd/images/workload-image.js";
import { removeForgotten } from "../../../src/measure/containerd/known-containers.js";
import { findCniPlugins } from "../../../src/measure/containerd/pod-network.js";
import { restartContainerd } from "../../../src/measure/containerd/private-containerd.js";
import { failureHint } from "../../../src/measure/cri/grpc/known-failures.js";
import { connectCri } from "../../../src/measure/cri/index.js";
import { measureCampaign, openService, summariseCells } from "../../../src/measure/index.js";
import { machineClock } from "../../../src/measure/round/clock.js";
import { sandboxRequest } from "../../../src/measure/sandboxes/request.js";
import { criDriver } from "../../../src/measure/workload/cri-driver.js";
import { needs, program } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, briefTiming, measureOn, suiteOnContainerd, wellPlanned } from "../campaign/real.js";
import { assertNoNetworkLeft } from "./leftovers.js";

const plugins = findCniPlugins();
const { test, own } = suiteOnContainerd(
  "logs that cannot be written and pod networks that fail",
  ...[needs.runc, program("busybox"), program("flock")],
  { name: "CNI plugins", here: plugins !== undefined },
);
let network: string;
test.before(async () => {
  network = join(own.containerd.folder, "cni", "10-pods.conflist");
});

const isFailed = (sample: Sample): sample is FailedSample => sample.status !== "ready";

/** One round of pods until their container runs. */
async function podRound(concurrency: number) {
  const wishes = { runtimes: ["runc"], concurrency: [concurrency], until: "container", network: "pod" } as const;
  const path = await measureOn(own.containerd.endpoint, [{ experiment: "time", rounds: 1, ...wishes }], {
    out: own.folder,
  });
  const { rounds, events } = readCampaign(path);
  const { samples } = rounds[0]!;
  await assertNothingLeft(own.containerd);
  assertNoNetworkLeft(own.containerd);
  return { failed: samples.filter(isFailed), ready: samples.length - samples.filter(isFailed).length, events };
}

test("a log folder that cannot be created ends the campaign before anything starts", async () => {
  const cri = connectCri(own.containerd.endpoint);
  const logFolder = join(own.containerd.configPath, "logs");
  const driver = criDriver({ cri, clock: machineClock, logFolder });
  const container = {
    image: "image",
    pull: false,
    command: [],
    env: {},
    port: 80,
    path: null,
    cpu: null,
    memoryMiB: null,
  };
  await driver
    .begin({ until: "output", container }, [])
    .then(
      () => assert.unreachable("it cannot write there"),
      error => {
        assert.is(error.code, "RUND_LOG_FOLDER");
        assert.match(error.message, logFolder);
        assert.match(error.hint, "--out");
      },
    )
    .finally(() => cri.close());
});

test("a log folder that the service does not see ends the campaign before anything starts, and is removed", async () => {
  const cri = connectCri(own.containerd.endpoint);
  const logFolder = join(own.folder, "hidden-logs");
  const driver = criDriver({ cri, clock: machineClock, logFolder, serviceSees: () => false });
  const container = {
    image: "image",
    pull: false,
    command: [],
    env: {},
    port: 80,
    path: null,
    cpu: null,
    memoryMiB: null,
  };
  const error = await driver.begin({ until: "container", container }, []).catch(error => error);
  cri.close();
  assert.is(error.code, "RUND_LOG_FOLDER");
  assert.match(error.message, "other mounts");
  assert.not.ok(existsSync(logFolder));
});

test("a log that the service cannot write is a failed start with the service's message and a next step", async () => {
  const service = await openService(own.containerd.endpoint, "cri");
  const unwritable = { logDirectory: "/proc/no-such-folder" };
  const cri: typeof service.cri = {
    ...service.cri,
    runPodSandbox: (sandbox, options) => service.cri.runPodSandbox({ ...sandbox, ...unwritable }, options),
    createContainer: (id, container, sandbox, options) =>
      service.cri.createContainer(id, container, { ...sandbox, ...unwritable }, options),
  };
  const plan = wellPlanned([{ experiment: "time", runtimes: ["runc"], concurrency: [2], rounds: 1, until: "output" }]);
  const path = await measureCampaign(own.folder, {
    plan,
    service: { ...service, cri },
    endpoint: own.containerd.endpoint,
    command: [],
    toolVersion: "0",
    report: () => {},
    signal: new AbortController().signal,
    timing: briefTiming,
  });
  service.cri.close();
  const { rounds, events } = readCampaign(path);
  for (const sample of rounds[0]!.samples as readonly FailedSample[]) {
    assert.equal([sample.status, sample.stage], ["failed", "start"]);
    assert.match(sample.message, "/proc/no-such-folder");
  }
  const [cell] = summariseCells(events);
  assert.equal([cell?.failedStage, cell?.failed], ["start", 2]);
  assert.match(failureHint(cell?.firstFailure ?? "") ?? "", "--out");
  await assertNothingLeft(own.containerd);
});

test("a start that fails because the log's disk is full names the disk, not a silent process", async () => {
  const disk = join(own.folder, "full-disk");
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]);
  const cri = connectCri(own.containerd.endpoint);
  const driver = criDriver({ cri, clock: machineClock, logFolder: join(disk, "logs") });
  const container = {
    image: workloadImageName,
    pull: false,
    command: [],
    env: {},
    port: 18_090,
    path: null,
    cpu: null,
    memoryMiB: null,
  };
  const labels = { experiment: "time", runtime: "runc", density: 0, concurrency: 1, round: 1, client: 1 } as const;
  const request = sandboxRequest({ campaign: "full", session: "full" }, "runc", "NODE", { ...labels, role: "test" });
  const starts = await driver.begin({ until: "output", container }, [request]);
  try {
    assert.throws(() => writeFileSync(join(disk, "rest"), Buffer.alloc(2 ** 17)), /ENOSPC/);
    const sample = await starts.start(request, 1, machineClock.wall(), 3_000, new AbortController().signal);
    assert.match((sample as FailedSample).message, "its log could not be written (the disk is full)");
    await driver.remove(sample.sandbox!, 30_000);
  } finally {
    starts.close();
    cri.close();
    execFileSync("umount", [disk]);
  }
  await assertNothingLeft(own.containerd);
});

test("the container record that a cancelled creation left is removed with its snapshot, and no other record is", async () => {
  const ctr = (...words: string[]) =>
    execFileSync("ctr", ["-a", own.containerd.socket, "-n", "k8s.io", ...words], { encoding: "utf8" }).trim();
  const create = (id: string, campaign: string) =>
    ctr(
      ...["containers", "create", "--snapshotter", own.containerd.snapshotter],
      ...["--label", `rund-lab.campaign=${campaign}`, workloadImageName, id],
    );
  const snapshots = () => ctr("snapshots", "--snapshotter", own.containerd.snapshotter, "ls");
  create("forgotten", "mine");
  create("foreign", "mine-2");
  assert.match(snapshots(), "forgotten");
  assert.equal(await removeForgotten(own.containerd.socket, "mine"), ["forgotten"]);
  assert.is(ctr("containers", "ls", "-q"), "foreign");
  assert.not.match(snapshots(), "forgotten");
  assert.equal(await removeForgotten(own.containerd.socket, "mine"), []);
  ctr("containers", "rm", "foreign");
  await assertNothingLeft(own.containerd);
});

test("with more pods than addresses, pods without an address fail in their sandbox stage, the others run, and every address is released", async () => {
  const list = readFileSync(network, "utf8");
  // a /29 has eight addresses; the network's, the gateway's and the last are not given out
  writeFileSync(network, list.replace(/(\d+\.\d+\.\d+\.\d+)\/20/, "$1/29"));
  await restartContainerd(own.containerd.folder);
  const { failed, ready, events } = await podRound(8);
  assert.equal([ready, failed.length], [5, 3]);
  for (const { stage, message } of failed) {
    assert.is(stage, "sandbox");
    assert.match(message, "no IP addresses available");
  }
  assert.match(failureHint(summariseCells(events)[0]?.firstFailure ?? "") ?? "", "larger range");
  assert.is((await podRound(5)).ready, 5);
  writeFileSync(network, list);
});

test("if a CNI plugin fails for one start in five, those starts fail with its message, and every sandbox is removed", async () => {
  const programs = join(own.folder, "cni-plugins");
  mkdirSync(programs);
  for (const name of readdirSync(plugins!)) if (name !== "ptp") symlinkSync(join(plugins!, name), join(programs, name));
  const count = join(own.folder, "additions");
  const answer = '{"cniVersion": "0.4.0", "code": 11, "msg": "the switch is on fire"}';
  const flaky = `#!/bin/sh
if [ "$CNI_COMMAND" = ADD ] && [ $(($(flock ${count} sh -c 'echo >>${count}; wc -l <${count}') % 5)) = 0 ]; then
  echo '${answer}'
  exit 1
fi
exec ${join(plugins!, "ptp")}
`;
  writeFileSync(join(programs, "ptp"), flaky, { mode: 0o755 });
  const config = readFileSync(own.containerd.configPath, "utf8");
  writeFileSync(own.containerd.configPath, config.replace(`"${plugins}"`, `"${programs}"`));
  await restartContainerd(own.containerd.folder);
  // the sandbox before the round is the first of these eleven
  const { failed, ready, events } = await podRound(10);
  assert.equal([ready, failed.length], [8, 2]);
  for (const { stage, message } of failed) {
    assert.is(stage, "sandbox");
    assert.match(message, "the switch is on fire");
  }
  assert.match(failureHint(summariseCells(events)[0]?.firstFailure ?? "") ?? "", "--network node");
});

test.run();
