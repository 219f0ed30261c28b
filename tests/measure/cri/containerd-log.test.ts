import { suite } from "uvu";
import * as assert from "uvu/assert";
import { requestTimes } from "../../../src/measure/cri/index.js";
import { shimStarts } from "../../../src/measure/cri/stages/shim-log.js";

const test = suite("requests in containerd's log");

// what containerd 1.6.20 wrote for one sandbox
const log = String.raw`time="2026-11-23T12:44:02.000000000Z" level=info msg="containerd successfully booted in 0.053121s"
time="2026-11-23T12:44:02.053751656Z" level=info msg="RunPodSandbox for &PodSandboxMetadata{Name:a-b_c,Uid:u1,Namespace:n,Attempt:0,}"
time="2026-11-23T12:44:02.147403074Z" level=info msg="RunPodSandbox for &PodSandboxMetadata{Name:a-b_c,Uid:u1,Namespace:n,Attempt:0,} returns sandbox id \"aac16f\""
time="2026-11-23T12:44:02.163411394Z" level=info msg="StopPodSandbox for \"aac16f\""
time="2026-11-23T12:44:02.201420463Z" level=info msg="StopPodSandbox for \"aac16f\" returns successfully"
time="2026-11-23T12:44:03.000000001+01:00" level=info msg="RunPodSandbox for &PodSandboxMetadata{Name:b,Uid:u2,Namespace:n,Attempt:0,}"
`;

test("a request's time is that of the line that reports the request, not of the line that reports its answer", () => {
  // date -u -d 2026-11-23T12:44:02 +%s = 1795437842; an hour east of it is an hour earlier
  assert.equal(
    requestTimes(log),
    new Map([
      ["u1", 1795437842053751656n],
      ["u2", 1795434243000000001n],
    ]),
  );
});

test("the request line of containerd 2, in protobuf's text form, is read, too", () => {
  const line = String.raw`time="2026-11-23T12:44:02.5Z" level=info msg="RunPodSandbox for name:\"a\"  uid:\"u3\"  namespace:\"n\""`;
  assert.equal(requestTimes(line), new Map([["u3", 1795437842500000000n]]));
});

test("a shim's time is that of the line with its sandbox, in the form of containerd 1.6 and of 2.1", () => {
  const id = "2ea7cdba713c1db886c529219ad87007df91e121b8f24ea56a4f9f1f892568ea";
  const lines = String.raw`time="2026-11-23T12:44:02.615870706Z" level=info msg="starting signal loop" namespace=k8s.io path=/var/lib/c/state/io.containerd.runtime.v2.task/k8s.io/${id} pid=119 runtime=io.containerd.runc.v2
time="2026-11-23T12:44:02.686895586Z" level=warning msg="cleanup warnings time=\"2026-11-23T12:44:02Z\" level=info msg=\"starting signal loop\" namespace=k8s.io pid=173 runtime=io.containerd.runc.v2\n"
time="2026-11-23T12:44:03.397160332Z" level=info msg="connecting to shim ${id}" address="unix:///run/containerd/s/47c7" namespace=k8s.io protocol=ttrpc version=3
`;
  assert.equal(shimStarts(lines), [
    { topic: "shim up", id, epochMs: 1795437842615.87 },
    { topic: "shim up", id, epochMs: 1795437843397.16 },
  ]);
});

test.run();
