import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type CgroupDriver, cgroupDrivers } from "../../../src/measure/campaign/service/cgroup-parent.js";

const test = suite("the cgroup driver behind a handler");

const statusOf = (runtimeType: string, options: object | null) => ({
  conditions: [],
  info: { config: JSON.stringify({ containerd: { runtimes: { x: { runtimeType, options } } } }) },
});
const runc = "io.containerd.runc.v2";
const kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\ncgroupDriver: systemd\n";

interface Sources {
  readonly status: Parameters<typeof cgroupDrivers>[1];
  readonly reported: CgroupDriver | null;
  readonly kubelet: string;
}
const driverOf = async ({ status, reported, kubelet }: Sources) =>
  (await cgroupDrivers({ cgroupDriver: async () => reported }, status, kubelet))("x");

test("the handler's own options take precedence over all other sources", async () => {
  const systemd = statusOf(runc, { SystemdCgroup: true });
  assert.is(await driverOf({ status: systemd, reported: "cgroupfs", kubelet: "" }), "systemd");
  const cgroupfs = statusOf(runc, { SystemdCgroup: false });
  assert.is(await driverOf({ status: cgroupfs, reported: "systemd", kubelet }), "cgroupfs");
});

test("the driver that the service reports comes next, then the kubelet's config", async () => {
  const status = statusOf("io.containerd.kata.v2", null);
  assert.is(await driverOf({ status, reported: "cgroupfs", kubelet }), "cgroupfs");
  assert.is(await driverOf({ status, reported: null, kubelet }), "systemd");
});

test("the driver is unknown if no source names it", async () => {
  const status = { conditions: [], info: {} };
  assert.is(await driverOf({ status, reported: null, kubelet: "" }), null);
  assert.is(await driverOf({ status, reported: null, kubelet: "kind: KubeletConfiguration\n" }), null);
});

test.run();
