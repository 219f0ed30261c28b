import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ReadySample } from "../../../src/campaign-files/index.js";
import { type PrivateContainerd, startContainerd } from "../../../src/measure/changes/index.js";
import { workloadImageName } from "../../../src/measure/containerd/images/workload-image.js";
import { type ContainerConfig, type CriClient, connectCri, connectCrictl } from "../../../src/measure/cri/index.js";
import { measureCampaign, openService } from "../../../src/measure/index.js";
import { until } from "../../support/child-command.js";
import { crictlOnPath } from "../../support/crictl.js";
import { needs, program, suiteNeeding } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, briefTiming, wellPlanned } from "../campaign/real.js";
import { failsBecause, sandbox } from "./contract.js";

const test = suiteNeeding("containers over CRI", needs.root, needs.containerd, needs.runc, program("busybox"));
let folder: string;
let containerd: PrivateContainerd;
let clients: readonly CriClient[] = [];
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  containerd = await startContainerd(join(folder, "containerd"));
  process.env.PATH = crictlOnPath(join(folder, "bin"));
  clients = [connectCri(containerd.endpoint), connectCrictl(containerd.endpoint)];
});
test.after(async () => {
  for (const client of clients) client.close();
  await containerd.stop();
  rmSync(folder, { recursive: true });
});

const container = (changes: Partial<ContainerConfig>): ContainerConfig => ({
  name: "workload",
  image: workloadImageName,
  command: [],
  env: {},
  labels: {},
  logPath: "log",
  cpu: null,
  memoryBytes: null,
  ...changes,
});

test("each client creates and starts a container and reports its states, with limits, environment and log", async () => {
  for (const client of clients) {
    const logDirectory = join(folder, client.driver);
    mkdirSync(logDirectory);
    const config = sandbox("runc", { logDirectory });
    const id = await client.runPodSandbox(config);
    const script = 'echo "$GREETING"; cat /sys/fs/cgroup/memory/memory.limit_in_bytes; exit 3';
    const wanted = container({
      command: ["/bin/busybox", "sh", "-c", script],
      env: { GREETING: "hello, you = me" },
      cpu: 0.5,
      memoryBytes: 64 * 2 ** 20,
    });
    const created = await client.createContainer(id, wanted, config);
    assert.is((await client.containerStatus(created)).state, "CONTAINER_CREATED");
    await client.startContainer(created);
    const log = join(logDirectory, "log");
    await until(() => existsSync(log) && readFileSync(log, "utf8").includes("hello"), "no line in the log");
    assert.match(readFileSync(log, "utf8"), /^\d{4}-\S+Z stdout F hello, you = me\n/);
    let status = await client.containerStatus(created);
    const deadline = performance.now() + 10_000;
    while (status.state !== "CONTAINER_EXITED" && performance.now() < deadline) {
      status = await client.containerStatus(created);
    }
    assert.equal([status.state, status.exitCode, status.reason], ["CONTAINER_EXITED", 3, "Error"]);
    await client.stopPodSandbox(id);
    await client.removePodSandbox(id);
    await failsBecause("not-found", client.containerStatus(created));
  }
});

test("a campaign over crictl reaches the first line, records each time before it, and leaves nothing behind", async () => {
  const service = await openService(containerd.endpoint, "crictl");
  const wishes = { runtimes: ["runc"], concurrency: [2], rounds: 1, until: "output" } as const;
  const path = await measureCampaign(folder, {
    plan: wellPlanned([{ experiment: "time", ...wishes }]),
    service,
    endpoint: containerd.endpoint,
    command: [],
    toolVersion: "0",
    report: () => {},
    signal: new AbortController().signal,
    timing: briefTiming,
  });
  service.cri.close();
  const [round] = readCampaign(path).rounds;
  for (const sample of round!.samples as readonly ReadySample[]) {
    const { sentMs, answeredMs, readyMs, createdMs, startedMs, outputMs, until: end, marksMissing } = sample;
    const times = [sentMs, answeredMs, readyMs, createdMs!, startedMs!];
    assert.equal(
      [...times].sort((a, b) => a - b),
      times,
    );
    assert.ok(outputMs! > createdMs!);
    assert.equal([end, marksMissing], ["output", undefined]);
  }
  await assertNothingLeft(containerd);
});

test("an image in the store is described, a missing one is null, and one that no registry has cannot be pulled", async () => {
  for (const client of clients) {
    const image = await client.imageStatus(workloadImageName);
    assert.match(image?.id ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.ok(image!.bytes > 500_000);
    assert.is(await client.imageStatus("rund-lab.local/no-such:1"), null);
    const error = await failsBecause("other", client.pullImage("127.0.0.1:1/nobody/serves:1"));
    assert.match(error.message, "127.0.0.1:1");
  }
});

test.run();
