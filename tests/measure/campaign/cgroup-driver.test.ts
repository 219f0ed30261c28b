import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cgroupDriver } from "../../../src/measure/campaign/service/cgroup-parent.js";

const test = suite("the cgroup driver behind a handler");

const statusOf = (runtimeType: string, options: object | null) => ({
  conditions: [],
  info: { config: JSON.stringify({ containerd: { runtimes: { x: { runtimeType, options } } } }) },
});
const runc = "io.containerd.runc.v2";
const kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\n";

test("the handler's own options take precedence over all other sources", () => {
  const systemd = statusOf(runc, { SystemdCgroup: true });
  assert.is(cgroupDriver({ status: systemd, reported: "cgroupfs", kubelet: undefined }, "x"), "systemd");
  const cgroupfs = statusOf(runc, { SystemdCgroup: false });
  assert.is(cgroupDriver({ status: cgroupfs, reported: "systemd", kubelet }, "x"), "cgroupfs");
});

test("the driver that the service reports comes next, then the kubelet's config", () => {
  const status = statusOf("io.containerd.kata.v2", null);
  assert.is(cgroupDriver({ status, reported: "cgroupfs", kubelet }, "x"), "cgroupfs");
  assert.is(cgroupDriver({ status, reported: null, kubelet }, "x"), "systemd");
});

test("the driver is unknown if no source names it", () => {
  const status = { conditions: [], info: {} };
  assert.is(cgroupDriver({ status, reported: null, kubelet: undefined }, "x"), null);
  assert.is(cgroupDriver({ status, reported: null, kubelet: "kind: KubeletConfiguration\n" }, "x"), null);
});

test.run();
