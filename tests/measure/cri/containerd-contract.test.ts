import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type PrivateContainerd, startContainerd } from "../../../src/measure/changes/index.js";
import { connectCri, connectCrictl } from "../../../src/measure/cri/index.js";
import { checkContract } from "../../../src/measure/doctor/index.js";
import { crictlOnPath } from "../../support/crictl.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { criContract, type Service } from "./contract.js";

/** The parent control groups of contract checks, in any hierarchy. */
const leftGroups = (): readonly string[] =>
  ["", ...readdirSync("/sys/fs/cgroup")].flatMap(hierarchy =>
    existsSync(join("/sys/fs/cgroup", hierarchy, "cgroup.procs"))
      ? readdirSync(join("/sys/fs/cgroup", hierarchy)).filter(name => name.startsWith("rund-lab-contract-"))
      : [],
  );

/** The contract on a containerd of its own. */
function onContainerd(name: string, connect: (endpoint: string, folder: string) => Service["client"]): void {
  const test = suiteNeeding(name, needs.root, needs.containerd, needs.runc);
  let folder: string;
  let containerd: PrivateContainerd;
  let service: Service;
  test.before(async () => {
    folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
    containerd = await startContainerd(join(folder, "containerd"));
    service = { client: connect(containerd.endpoint, folder), handler: "runc" };
  });
  test.after(async () => {
    service.client.close();
    await containerd.stop();
    rmSync(folder, { recursive: true });
  });
  criContract(test, () => service);
  test("every rule of `doctor --contract` holds", async () => {
    const findings = await checkContract(service.client, service.handler);
    assert.equal(
      findings.filter(({ ok }) => !ok),
      [],
    );
    assert.is(findings.length, 11);
    assert.equal(leftGroups(), [], "its parent control group is removed");
  });

  test.run();
}

onContainerd("the CRI contract: gRPC client, containerd", endpoint => connectCri(endpoint));
onContainerd("the CRI contract: crictl client, containerd", (endpoint, folder) => {
  process.env.PATH = crictlOnPath(join(folder, "bin"));
  return connectCrictl(endpoint);
});
