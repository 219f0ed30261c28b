import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@decimalturn/toml-patch";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ContainerdInUse,
  guestMemorySteps,
  prepareMachine,
  prepareSteps,
} from "../../../src/measure/changes/index.js";
import { type ReplayServer, startReplayServer } from "../../../src/measure/cri/index.js";
import { findRuntime, runtimes } from "../../../src/measure/runtimes/index.js";
import { inTempFolder } from "../../support/temp.js";
import { recording } from "../cri/replay-source.js";
import { configs, installedMachine } from "./stand-ins.js";

const test = suite("the steps of the paper's runtimes");
let server: ReplayServer;
test.before(async () => {
  server = await startReplayServer(recording([]));
});
test.after(() => server.close());

const containerd = (): ContainerdInUse => ({
  service: { unit: "containerd", socket: server.endpoint.replace("unix://", "") },
  configPath: "/etc/containerd/config.toml",
  configText: configs["etc/containerd/config.toml"]!,
});

type Config = Record<string, Record<string, unknown>> & { hypervisor: Record<string, Record<string, unknown>> };

/** What the original does with each runtime, from its scripts: commands in order, and the settings a round finds. */
const original = [
  {
    id: "kata",
    file: "etc/kata-containers/configuration-qemu.toml",
    hypervisor: "qemu",
    calls: [],
    memory: { calls: [], default_memory: 328 },
    settings: { default_memory: 168, default_vcpus: 1, shared_fs: "virtio-fs", machine_type: "pc" },
    snapshotter: "overlayfs",
    back: [],
  },
  {
    id: "katafc",
    file: "etc/kata-containers/configuration-fc.toml",
    hypervisor: "firecracker",
    calls: ["systemctl restart containerd"],
    memory: { calls: [], default_memory: 288 },
    settings: {
      default_memory: 168,
      default_vcpus: 1,
      path: "/opt/kata2/bin/firecracker",
      block_device_driver: "virtio-mmio",
    },
    snapshotter: "devmapper",
    back: ["systemctl restart containerd"],
  },
  {
    id: "katatemplate",
    file: "etc/kata-containers/configuration-template.toml",
    hypervisor: "qemu",
    calls: [
      "kata-runtime --kata-config /etc/kata-containers/configuration-template.toml factory destroy",
      "kata-runtime --kata-config /etc/kata-containers/configuration-template.toml factory init",
      "wait 5",
    ],
    memory: {
      calls: [
        "kata-runtime --kata-config /etc/kata-containers/configuration-template.toml factory destroy",
        "kata-runtime --kata-config /etc/kata-containers/configuration-template.toml factory init",
        "wait 5",
      ],
      default_memory: 368,
    },
    settings: {
      default_memory: 168,
      default_vcpus: 1,
      shared_fs: "virtio-9p",
      image: undefined,
      initrd: "/opt/kata/share/kata-containers/kata-containers-initrd.img",
    },
    snapshotter: "overlayfs",
    back: ["kata-runtime --kata-config /etc/kata-containers/configuration-template.toml factory destroy"],
  },
  {
    id: "rund",
    file: "etc/kata-containers2/configuration.toml",
    hypervisor: "dragonball",
    calls: ["sandbox rund"],
    memory: { calls: ["sandbox rund"], default_memory: 308 },
    settings: { default_memory: 168, default_vcpus: 1, boot_type: "BootFromTemplate", template_path: "/run/rund/" },
    snapshotter: "overlayfs",
    back: [],
  },
] as const;

for (const { id, file, hypervisor, calls, memory, settings, snapshotter, back } of original) {
  const runtime = findRuntime(id, runtimes);
  const read = (text: string) => parse(text) as Config;

  test(`${id}: commands, settings and snapshotter are those of the paper's scripts, and every file is restored afterwards`, () =>
    inTempFolder(async root => {
      const machine = installedMachine(root);
      const seen: Config[] = [];
      const noted = {
        ...machine,
        startAndRemove: async (handler: string) => {
          seen.push(read(machine.text(file)));
          assert.equal(readdirSync(join(root, "run/rund")), [], "the old template is gone");
          await machine.startAndRemove(handler);
        },
      };

      const prepared = await prepareMachine(prepareSteps(runtime, containerd()), noted);
      assert.equal(machine.calls(), calls);
      const config = read(machine.text(file));
      for (const [key, value] of Object.entries(settings))
        assert.equal(config.hypervisor[hypervisor]![key], value, key);
      assert.is(config.runtime!.internetworking_model, "tcfilter");
      const cri = parse(machine.text("etc/containerd/config.toml")) as {
        plugins: { cri: { containerd: { snapshotter: string } } };
      };
      assert.is(cri.plugins.cri.containerd.snapshotter, snapshotter);
      assert.match(machine.text("etc/containerd/config.toml"), `snapshotter = "${snapshotter}" # the usual one`);

      await prepared.perform(guestMemorySteps(runtime, 128));
      assert.equal(machine.calls(), [...calls, ...memory.calls]);
      assert.is(read(machine.text(file)).hypervisor[hypervisor]!.default_memory, memory.default_memory);

      for (const { hypervisor: each, runtime: own } of seen) {
        assert.is(each.dragonball!.boot_type, "BootToBeTemplate", "while the template is made");
        assert.is(own!.guest_hook_path, undefined, "while the template is made");
      }
      assert.is(seen.length, id === "rund" ? 2 : 0);
      if (id === "rund") assert.is(read(machine.text(file)).runtime!.guest_hook_path, "/");

      await prepared.restore();
      assert.equal(machine.calls(), [...calls, ...memory.calls, ...back]);
      for (const [path, text] of Object.entries(configs)) assert.is(machine.text(path), text, path);
      assert.not.ok(existsSync(join(root, "var/lib/rund-lab/changes")));
    }));
}

test("kata keeps comments, and settings that it does not change", () =>
  inTempFolder(async root => {
    const machine = installedMachine(root);
    const prepared = await prepareMachine(prepareSteps(findRuntime("kata", runtimes), containerd()), machine);
    const text = machine.text("etc/kata-containers/configuration-qemu.toml");
    for (const kept of [
      "# Kata, installed",
      'enable_annotations = [".*"] # keep',
      "default_memory = 168 # the installed size",
    ]) {
      assert.match(text, kept);
    }
    await prepared.restore();
  }));

test("runtimes without a config, snapshotter or template of their own need no step", () => {
  for (const id of ["runc", "crun", "runsc"]) assert.equal(prepareSteps(findRuntime(id, runtimes), containerd()), []);
});

test.run();
