import { parse } from "@decimalturn/toml-patch";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ReplayServer, startReplayServer } from "../../../src/measure/cri/index.js";
import {
  assertComplete,
  assertUntouched,
  failAt,
  inMachine,
  interruptAt,
  isStep,
  killAt,
  momentsOf,
  socketOf,
} from "./cut-short.js";
import { instantSource, machineCampaign, ownConfig } from "./machine-campaign.js";

const test = suite("whole campaigns of the paper's runtimes on a stand-in of their machine");
let server: ReplayServer;
test.before(async () => {
  server = await startReplayServer(instantSource, { speed: 100 });
});
test.after(() => server.close());

const templateFile = "/etc/kata-containers/configuration-template.toml";
const destroy = `kata-runtime --kata-config ${templateFile} factory destroy`;
const template = [destroy, `kata-runtime --kata-config ${templateFile} factory init`, "wait 5"];
const restart = "systemctl restart containerd";

/** A time round, two guest memories and a density round: what is called and started, as the original's scripts do it. */
const original = [
  {
    id: "kata",
    calls: [
      "kata prewarm: 168 MB overlayfs",
      "kata test: 168 MB overlayfs",
      "kata background: 328 MB overlayfs",
      "kata background: 456 MB overlayfs",
      "kata background: 168 MB overlayfs",
      "kata prewarm: 168 MB overlayfs",
      "kata test: 168 MB overlayfs",
    ],
    own: { machine_type: "pc", shared_fs: "virtio-fs", image: "/opt/kata/share/kata-containers/kata-containers.img" },
    runtime: {},
  },
  {
    id: "katafc",
    calls: [
      restart,
      "kata-fc prewarm: 168 MB devmapper",
      "kata-fc test: 168 MB devmapper",
      restart,
      restart,
      "kata-fc background: 288 MB devmapper",
      "kata-fc background: 416 MB devmapper",
      restart,
      restart,
      "kata-fc background: 168 MB devmapper",
      "kata-fc prewarm: 168 MB devmapper",
      "kata-fc test: 168 MB devmapper",
      restart,
    ],
    own: { block_device_driver: "virtio-mmio", path: "/opt/kata2/bin/firecracker" },
    runtime: {},
  },
  {
    id: "katatemplate",
    calls: [
      ...template,
      "kata-template prewarm: 168 MB overlayfs",
      "kata-template test: 168 MB overlayfs",
      destroy,
      ...template,
      ...template,
      "kata-template background: 368 MB overlayfs",
      ...template,
      "kata-template background: 496 MB overlayfs",
      destroy,
      ...template,
      "kata-template background: 168 MB overlayfs",
      "kata-template prewarm: 168 MB overlayfs",
      "kata-template test: 168 MB overlayfs",
      destroy,
    ],
    own: {
      shared_fs: "virtio-9p",
      image: undefined,
      initrd: "/opt/kata/share/kata-containers/kata-containers-initrd.img",
    },
    runtime: {},
  },
  {
    id: "rund",
    calls: [
      "rund probe: 168 MB overlayfs BootToBeTemplate",
      "rund prewarm: 168 MB overlayfs BootFromTemplate",
      "rund test: 168 MB overlayfs BootFromTemplate",
      "rund probe: 168 MB overlayfs BootToBeTemplate",
      "rund probe: 308 MB overlayfs BootToBeTemplate",
      "rund background: 308 MB overlayfs BootFromTemplate",
      "rund probe: 436 MB overlayfs BootToBeTemplate",
      "rund background: 436 MB overlayfs BootFromTemplate",
      "rund probe: 168 MB overlayfs BootToBeTemplate",
      "rund background: 168 MB overlayfs BootFromTemplate",
      "rund prewarm: 168 MB overlayfs BootFromTemplate",
      "rund test: 168 MB overlayfs BootFromTemplate",
    ],
    own: {},
    runtime: {
      guest_hook_path: "/",
      disable_new_netns: true,
      sandbox_cgroup_only: true,
      vcpu_cgroup_support: false,
      disabled_cgroup_hierarchies: "memory",
      disable_update_container_cgroup: true,
    },
  },
] as const;

/** A round's clients, whose lines are the same, as one. */
const merged = (lines: readonly string[]) =>
  lines.filter((line, index) => !line.includes(": ") || line !== lines[index - 1]);

for (const { id, calls, own, runtime } of original) {
  test(`${id}: commands, guest memory, template and snapshotter are those of the paper's scripts, and every config is restored`, () =>
    inMachine(async (machine, folder) => {
      const seen: { readonly text: string; readonly hypervisor: string }[] = [];
      const { error } = await machineCampaign(folder, id, machine, socketOf(server), {
        at: what => {
          if (!what.endsWith(" test")) return;
          const { file, hypervisor } = ownConfig[what.split(" ")[0]!]!;
          seen.push({ text: machine.text(file), hypervisor });
        },
      });
      assert.is(error, undefined);
      assert.equal(merged(machine.calls()), calls);
      assert.is(seen.length, 2 + 1);
      for (const { text, hypervisor } of seen) {
        const config = parse(text) as Record<string, Record<string, unknown>>;
        const guest = config.hypervisor![hypervisor] as Record<string, unknown>;
        for (const [key, value] of Object.entries({ default_vcpus: 1, ...own })) assert.is(guest[key], value, key);
        const common = { internetworking_model: "tcfilter", ...(id === "rund" ? {} : { disable_guest_seccomp: true }) };
        for (const [key, value] of Object.entries({ ...common, ...runtime })) {
          assert.is(config.runtime![key], value, key);
        }
        assert.is(config.factory?.enable_template, id === "katatemplate" ? true : undefined);
      }
      assertUntouched(machine, server);
      assertComplete(folder);
    }));

  test(`${id}: after a failure, Ctrl-C or kill -9, every config is restored and the campaign can be resumed`, async () => {
    const moments = await momentsOf(id, server);
    const step = moments.findLastIndex(isStep);
    const round = moments.findIndex(what => what.endsWith(" test"));
    await failAt(
      id,
      server,
      moments.findIndex((what, at) => at > round && isStep(what)),
    );
    await interruptAt(id, server, round);
    await interruptAt(id, server, step);
    await killAt(id, server, round);
  });
}

test.run();
