import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { stagesOf } from "../../../src/analysis/stages/index.js";
import { endOf, type FailedSample, type ReadySample } from "../../../src/campaign-files/index.js";
import { failureHint } from "../../../src/measure/cri/grpc/known-failures.js";
import { type ExperimentWishes, openService, workloadFacts } from "../../../src/measure/index.js";
import { needs, program } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft, measureOn, suiteOnContainerd } from "../campaign/real.js";
import { assertNoNetworkLeft } from "./leftovers.js";

const { test, own } = suiteOnContainerd(
  "containers in sandboxes, on a real containerd",
  ...[needs.runc, needs.crun, needs.runsc, program("busybox")],
);

async function measured(wishes: Omit<ExperimentWishes, "experiment">) {
  const path = await measureOn(own.containerd.endpoint, [{ experiment: "time", rounds: 1, ...wishes }], {
    out: own.folder,
  });
  assert.not.ok(existsSync(join(path, "container-logs")), "the containers' logs are gone");
  return { path, ...readCampaign(path) };
}

for (const network of ["node", "pod"] as const) {
  test(`runc, crun and gVisor answer on the ${network} network; every time is recorded, stages add up, and nothing is left behind`, async () => {
    const { rounds, path } = await measured({
      runtimes: ["runc", "crun", "runsc"],
      concurrency: [1, 5],
      until: "response",
      network,
    });
    assert.is(rounds.length, 6);
    for (const { samples, makespanMs, runtime } of rounds) {
      assert.ok(makespanMs !== null, `${runtime}: ${JSON.stringify(samples)}`);
      for (const sample of samples as readonly ReadySample[]) {
        const { sentMs, answeredMs, readyMs, createdMs, startedMs, outputMs, processMs, respondedMs, marks } = sample;
        const inOrder = [sentMs, answeredMs, readyMs, createdMs!, startedMs!];
        assert.equal(
          [...inOrder].sort((a, b) => a - b),
          inOrder,
        );
        // the process's clock, containerd's stamp and this program's clock are three, of one machine
        assert.ok(processMs! > createdMs! && processMs! <= outputMs! + 1, JSON.stringify(sample));
        assert.ok(respondedMs! > processMs!);
        assert.is(endOf(sample), respondedMs);
        const stages = stagesOf(sample);
        const us = stages.reduce(
          (sum, { fromMs, toMs }) => sum + Math.round(toMs * 1000) - Math.round(fromMs * 1000),
          0,
        );
        assert.is(us, Math.round(respondedMs! * 1000) - Math.round(sentMs * 1000));
        assert.not.ok("marksMissing" in sample, JSON.stringify(sample));
        assert.is(marks?.networkBegin !== undefined && marks.networkEnd !== undefined, network === "pod");
        assert.not.ok(
          stages.some(({ name }) => name === "unattributed"),
          JSON.stringify(stages),
        );
      }
    }
    const { runs } = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
    const { config } = runs[0];
    assert.equal([config.until, config.network, config.image], ["response", network, "rund-lab.local/workload:1"]);
    if (network === "pod") assert.match(config.cni, /^rund-lab-[0-9a-f]{8}: ptp .*, host-local /);
    await assertNothingLeft(own.containerd);
    assertNoNetworkLeft(own.containerd);
  });
}

test("the logs contain the chosen end of a cold start, and later milestones are kept in the samples", async () => {
  for (const until of ["container", "output"] as const) {
    const { rounds, read } = await measured({ runtimes: ["runc"], concurrency: [2], until });
    const [round] = rounds;
    const [sample] = round!.samples as readonly ReadySample[];
    assert.is(endOf(sample!), until === "container" ? sample!.startedMs : sample!.outputMs);
    assert.ok(sample!.outputMs !== undefined, "the line that came after the end");
    assert.is(sample!.respondedMs, undefined);
    const line = read(`${round!.run}/con_002/client001.txt`);
    const [, start, end] = line.split(" ").map(Number);
    assert.ok(Math.abs(end! - start! - (endOf(sample!) - sample!.sentMs)) <= 1, line);
  }
  await assertNothingLeft(own.containerd);
});

test("a failure names its stage with the runtime's own message, and everything is removed", async () => {
  const failure = async (wishes: Omit<ExperimentWishes, "experiment" | "runtimes">) => {
    const { rounds } = await measured({ runtimes: ["runc"], concurrency: [1], timeout: 3, ...wishes });
    await assertNothingLeft(own.containerd);
    return rounds[0]!.samples[0] as FailedSample;
  };
  const missing = await failure({ until: "container", command: "/bin/no-such-program" });
  assert.equal([missing.stage, missing.status], ["start", "failed"]);
  assert.match(missing.message, /no-such-program.*no such file or directory/);
  const unknown = await failure({ until: "container", image: "127.0.0.1:1/none:1", pull: true });
  assert.equal([unknown.stage, unknown.status], ["pull", "failed"]);
  assert.match(failureHint(unknown.message) ?? "", "images import");
  const exits = await failure({ until: "output", command: "/bin/busybox false" });
  assert.equal([exits.stage, exits.reason], ["output", "exited"]);
  assert.match(exits.message, "exited with code 1");
  const silent = await failure({ until: "output", command: "/bin/busybox sleep 60" });
  assert.equal([silent.stage, silent.status, silent.reason], ["output", "timeout", "no-output"]);
  const unserved = await failure({
    until: "response",
    command: "/bin/busybox sh -c 'echo hello; sleep 60'",
    port: 19_999,
  });
  assert.equal([unserved.stage, unserved.status, unserved.reason], ["response", "timeout", "no-response"]);
  assert.ok(unserved.outputMs !== undefined, "what was reached before is kept");
});

test("a missing image, a missing pod network and a taken port are reported before anything is started", async () => {
  const service = await openService(own.containerd.endpoint, "cri");
  const refused = async (work: Promise<unknown>, code: string) =>
    work.then(
      () => assert.unreachable(code),
      error => assert.is(error.code, code, error.message),
    );
  try {
    await refused(workloadFacts(service, { until: "container", image: "rund-lab.local/none:1" }), "RUND_IMAGE");
    const cut = { ...service, network: { ...service.network, pluginFolders: [own.folder] } };
    await refused(workloadFacts(cut, { network: "pod" }), "RUND_NETWORK");
  } finally {
    service.cri.close();
  }
  const { createServer } = await import("node:net");
  const server = createServer();
  const port = await new Promise<number>(resolve =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port)),
  );
  await refused(measured({ runtimes: ["runc"], concurrency: [1], until: "response", port }), "RUND_PORT_TAKEN");
  await new Promise(resolve => server.close(resolve));
  await assertNothingLeft(own.containerd);
});

test.run();
