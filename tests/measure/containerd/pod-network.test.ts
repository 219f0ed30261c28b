import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { networkEntries } from "../../../src/measure/containerd/census/network.js";
import { findCniPlugins, podNetwork, podNetworkName, podSubnet } from "../../../src/measure/containerd/pod-network.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("the private containerd's pod network");

test("a block of addresses that a route on this machine uses is skipped", () => {
  const free = podSubnet("/folder", "Iface\tDestination\tGateway\n");
  const [, second, third] = /^198\.(18|19)\.(\d+)\.0\/20$/.exec(free) ?? [];
  assert.is(Number(third) % 16, 0);
  // the kernel writes addresses with their last byte first: 198 is C6
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(2, "0");
  const destination = `05${hex(Number(third) + 3)}${hex(Number(second))}C6`;
  const other = podSubnet("/folder", `Iface\tDestination\tGateway\nveth1\t${destination}\t00000000\n`);
  assert.is.not(other, free);
  assert.is(podSubnet("/folder", `Iface\tDestination\neth0\t0000000A\n`), free, "10.0.0.0 is another network");
});

test("the configuration stores addresses in the folder, and its name follows from the folder", () => {
  const { name, plugins } = JSON.parse(podNetwork("/a/b", "198.18.0.0/20"));
  assert.is(name, podNetworkName("/a/b"));
  assert.is.not(name, podNetworkName("/a/c"));
  assert.is(plugins[0].type, "ptp");
  assert.equal(plugins[0].ipam.dataDir, "/a/b/cni-addresses");
});

test("a plugin folder must contain all required plugins; cached results are found by the network's name", () =>
  inTempFolder(folder => {
    writeFiles(folder, {
      "one/ptp": "",
      "two/ptp": "",
      "two/host-local": "",
      "two/loopback": "",
      [`results/${podNetworkName("/a")}-abc-eth0`]: "{}",
      "results/other-abc-eth0": "{}",
    });
    assert.is(findCniPlugins([join(folder, "one"), join(folder, "two")]), join(folder, "two"));
    assert.is(findCniPlugins([join(folder, "one")]), undefined);
    const own = networkEntries("/a", join(folder, "results"), folder).map(({ kind, what }) => `${kind} ${what}`);
    assert.equal(own, [`file ${join(folder, "results", `${podNetworkName("/a")}-abc-eth0`)}`]);
  }));

test.run();
